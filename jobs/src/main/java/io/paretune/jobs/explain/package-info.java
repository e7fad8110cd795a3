/** Which layers matter, how much, and how sure that is. */
@NullMarked
package io.paretune.jobs.explain;

import org.jspecify.annotations.NullMarked;
