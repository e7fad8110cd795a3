/**
 * A study as one page for people: its frontier drawn and in tables, what changed, what failed, what
 * fits a budget.
 */
@NullMarked
package io.paretune.jobs.report;

import org.jspecify.annotations.NullMarked;
