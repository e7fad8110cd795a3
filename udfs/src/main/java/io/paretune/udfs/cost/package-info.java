@NullMarked
package io.paretune.udfs.cost;

import org.jspecify.annotations.NullMarked;
