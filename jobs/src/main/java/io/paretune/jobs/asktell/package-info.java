/** The sampler alone, behind JSON lines; starts without Spark on the class path. */
@NullMarked
package io.paretune.jobs.asktell;

import org.jspecify.annotations.NullMarked;
