@NullMarked
package io.paretune.udfs.evaluate;

import org.jspecify.annotations.NullMarked;
