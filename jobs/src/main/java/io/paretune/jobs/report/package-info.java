/** What people look at rather than read. */
@NullMarked
package io.paretune.jobs.report;

import org.jspecify.annotations.NullMarked;
