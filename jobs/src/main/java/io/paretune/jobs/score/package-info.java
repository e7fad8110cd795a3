/** Metrics of answers that are there already; no model runs. */
@NullMarked
package io.paretune.jobs.score;

import org.jspecify.annotations.NullMarked;
