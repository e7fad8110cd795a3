/** {@code measure}: how fast profiles are served on the hardware at hand. */
@NullMarked
package io.paretune.jobs.measure;

import org.jspecify.annotations.NullMarked;
