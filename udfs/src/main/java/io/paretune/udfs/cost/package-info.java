/** What a profile costs in bytes: known exactly before a trial runs. */
@NullMarked
package io.paretune.udfs.cost;

import org.jspecify.annotations.NullMarked;
