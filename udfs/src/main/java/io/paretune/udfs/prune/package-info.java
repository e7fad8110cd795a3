/**
 * Which weights go at which ratio, and writing the matrices that are left; arithmetic as in the
 * published methods.
 */
@NullMarked
package io.paretune.udfs.prune;

import org.jspecify.annotations.NullMarked;
