/**
 * A Hugging Face model directory, validated when it is opened: configuration, tensors, tokenizer,
 * chat template and image settings. Nothing here computes; tensors stay as the bytes on disk.
 */
@NullMarked
package io.paretune.udfs.checkpoint;

import org.jspecify.annotations.NullMarked;
