/** A frontier as a starting point for sibling models. */
@NullMarked
package io.paretune.jobs.template;

import org.jspecify.annotations.NullMarked;
