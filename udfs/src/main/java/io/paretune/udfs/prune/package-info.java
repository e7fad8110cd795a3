@NullMarked
package io.paretune.udfs.prune;

import org.jspecify.annotations.NullMarked;
