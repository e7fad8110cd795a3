/**
 * The search for compression profiles: what to try next, given what is known. Knows nothing of
 * Spark, Delta or DJL, so that it runs on an analytic objective with no cluster.
 */
@NullMarked
package io.paretune.jobs.search;

import org.jspecify.annotations.NullMarked;
