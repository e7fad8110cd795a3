/** The value that everything passes around: what is done to each decoder layer of a model. */
@NullMarked
package io.paretune.udfs.profile;

import org.jspecify.annotations.NullMarked;
