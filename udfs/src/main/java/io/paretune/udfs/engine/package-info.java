/**
 * The tensor engine: native PyTorch under DJL. Arithmetic is TorchScript source text that the other
 * packages own; this package compiles it and calls it, and is the only one that imports {@code
 * ai.djl.pytorch}.
 *
 * <p>Ownership: every call names the manager that owns its results. A result of a plain NDArray
 * operation would belong to its left operand's manager instead and outlive the caller's.
 */
@NullMarked
package io.paretune.udfs.engine;

import org.jspecify.annotations.NullMarked;
