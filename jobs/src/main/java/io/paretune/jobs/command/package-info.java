/** One class per command: validate, run, say what happened. */
@NullMarked
package io.paretune.jobs.command;

import org.jspecify.annotations.NullMarked;
