/** The step from trials to the profiles that no other beats. */
@NullMarked
package io.paretune.jobs.frontier;

import org.jspecify.annotations.NullMarked;
