/** Parts of a benchmark that stand for the whole. */
@NullMarked
package io.paretune.jobs.subset;

import org.jspecify.annotations.NullMarked;
