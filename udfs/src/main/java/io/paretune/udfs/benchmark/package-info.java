@NullMarked
package io.paretune.udfs.benchmark;

import org.jspecify.annotations.NullMarked;
