package io.paretune.udfs.spark;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells from PyTorch's message whether a candidate asked for more memory than there is. */
final class OutOfMemory {
  private static final Pattern SAID =
      Pattern.compile(
          "(CUDA out of memory[^\\n]*"
              + "|[^\\n]*(can't allocate memory|not enough memory|CUDA error: out of memory"
              + "|_STATUS_ALLOC_FAILED)[^\\n]*)"); // of cuBLAS, cuDNN, cuSOLVER: workspaces

  private OutOfMemory() {}

  /** Why the candidate cannot be run here, if that is the reason. */
  static Optional<String> reason(RuntimeException error) {
    Matcher said = SAID.matcher(String.valueOf(error.getMessage()));
    return said.find() ? Optional.of("out of memory: " + said.group(1).strip()) : Optional.empty();
  }
}
