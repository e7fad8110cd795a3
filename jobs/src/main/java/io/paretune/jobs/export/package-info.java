/** A compressed model as a directory that others load. */
@NullMarked
package io.paretune.jobs.export;

import org.jspecify.annotations.NullMarked;
