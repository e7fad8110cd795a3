/** Which points of a frontier may be served, and why the others may not. */
@NullMarked
package io.paretune.jobs.gate;

import org.jspecify.annotations.NullMarked;
