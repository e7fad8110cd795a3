/**
 * What a user's input got wrong: every problem found is reported together, each with where, what
 * and how to mend it.
 */
@NullMarked
package io.paretune.udfs.problem;

import org.jspecify.annotations.NullMarked;
