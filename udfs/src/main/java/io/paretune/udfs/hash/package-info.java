/** The hashes by which files, profiles, statistics and rows are known again. */
@NullMarked
package io.paretune.udfs.hash;

import org.jspecify.annotations.NullMarked;
