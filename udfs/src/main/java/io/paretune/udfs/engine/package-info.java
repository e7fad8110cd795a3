@NullMarked
package io.paretune.udfs.engine;

import org.jspecify.annotations.NullMarked;
