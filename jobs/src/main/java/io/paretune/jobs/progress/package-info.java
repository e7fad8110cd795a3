/** How far long work is, said while it runs. */
@NullMarked
package io.paretune.jobs.progress;

import org.jspecify.annotations.NullMarked;
