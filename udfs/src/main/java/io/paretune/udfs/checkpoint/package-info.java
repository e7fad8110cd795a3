@NullMarked
package io.paretune.udfs.checkpoint;

import org.jspecify.annotations.NullMarked;
