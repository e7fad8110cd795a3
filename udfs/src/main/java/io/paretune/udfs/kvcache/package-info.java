/** The keys and values that attention reads, quantized when they are written. */
@NullMarked
package io.paretune.udfs.kvcache;

import org.jspecify.annotations.NullMarked;
