/** Benchmark files in, samples out: what can be used, what cannot and why. */
@NullMarked
package io.paretune.jobs.ingest;

import org.jspecify.annotations.NullMarked;
