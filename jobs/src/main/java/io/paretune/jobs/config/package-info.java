/** Typed, immutable configuration: read once, every problem reported together. */
@NullMarked
package io.paretune.jobs.config;

import org.jspecify.annotations.NullMarked;
