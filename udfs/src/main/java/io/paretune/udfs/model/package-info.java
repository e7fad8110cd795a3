@NullMarked
package io.paretune.udfs.model;

import org.jspecify.annotations.NullMarked;
