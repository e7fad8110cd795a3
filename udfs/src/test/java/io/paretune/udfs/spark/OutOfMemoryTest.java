package io.paretune.udfs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OutOfMemoryTest {
  @Test
  void knowsPyTorchsMessages() {
    assertThat(
            OutOfMemory.reason(
                new IllegalStateException(
                    "[enforce fail at alloc_cpu.cpp:119] err == 0. DefaultCPUAllocator: can't"
                        + " allocate memory: you tried to allocate 4000000000000 bytes. Error code"
                        + " 12 (Cannot allocate memory)\nframe #0")))
        .hasValueSatisfying(
            r ->
                assertThat(r)
                    .startsWith("out of memory: [enforce fail")
                    .contains("tried to allocate 4000000000000 bytes")
                    .doesNotContain("frame"));
    assertThat(
            OutOfMemory.reason(
                new IllegalStateException("CUDA out of memory. Tried to allocate 2.00 GiB.")))
        .contains("out of memory: CUDA out of memory. Tried to allocate 2.00 GiB.");
    assertThat(
            OutOfMemory.reason(
                new IllegalStateException(
                    "CUDA error: out of memory\nCUDA kernel errors might be asynchronously"
                        + " reported")))
        .contains("out of memory: CUDA error: out of memory");
    assertThat(
            OutOfMemory.reason(
                new IllegalStateException(
                    "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")))
        .contains(
            "out of memory: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling"
                + " `cublasCreate(handle)`");
    assertThat(
            OutOfMemory.reason(
                new IllegalStateException("CUDA error: an illegal memory access was encountered")))
        .isEmpty();
    assertThat(OutOfMemory.reason(new IllegalStateException("expected scalar type Float")))
        .isEmpty();
    assertThat(OutOfMemory.reason(new IllegalStateException())).isEmpty();
  }
}
