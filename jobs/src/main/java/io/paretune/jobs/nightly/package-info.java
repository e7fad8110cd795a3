/** A night's run: it starts from the last frontier and says what changed since. */
@NullMarked
package io.paretune.jobs.nightly;

import org.jspecify.annotations.NullMarked;
