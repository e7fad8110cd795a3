/**
 * The warehouse: one class per Delta table with its {@code SCHEMA}, and {@code toRow} and {@code
 * fromRow} where the driver reads rows; writes that can be repeated without harm; the lease of a
 * study, and files that appear whole.
 */
@NullMarked
package io.paretune.jobs.tables;

import org.jspecify.annotations.NullMarked;
