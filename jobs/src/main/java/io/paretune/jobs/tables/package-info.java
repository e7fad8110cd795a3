/**
 * The warehouse: one class per Delta table, each with its {@code SCHEMA}, its {@code toRow} and
 * {@code fromRow}, and writes that can be repeated without harm.
 */
@NullMarked
package io.paretune.jobs.tables;

import org.jspecify.annotations.NullMarked;
