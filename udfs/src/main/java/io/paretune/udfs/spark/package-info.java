@NullMarked
package io.paretune.udfs.spark;

import org.jspecify.annotations.NullMarked;
