/** When a trial cannot win any more: paired tests that may be looked at any number of times. */
@NullMarked
package io.paretune.jobs.racing;

import org.jspecify.annotations.NullMarked;
