@NullMarked
package io.paretune.jobs;

import org.jspecify.annotations.NullMarked;
