@NullMarked
package io.paretune.udfs.kvcache;

import org.jspecify.annotations.NullMarked;
