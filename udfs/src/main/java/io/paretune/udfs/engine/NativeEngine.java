package io.paretune.udfs.engine;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;

/** Starts native PyTorch, once per JVM, and hands out managers of its memory. */
public final class NativeEngine {
  private static final String THREADS = "ai.djl.pytorch.num_threads";
  private static final String INTEROP_THREADS = "ai.djl.pytorch.num_interop_threads";

  private NativeEngine() {}

  /**
   * A manager with no parent: what it owns is freed when it is closed, and only then.
   *
   * <p>Native threads per call are fixed when the engine starts; unless {@code
   * ai.djl.pytorch.num_threads} or {@link #preferThreads} says otherwise there is one, because
   * several calls at once on threads of the caller use cores better than one call on several.
   */
  public static synchronized NDManager newManager(Device device) {
    setIfAbsent(THREADS, 1);
    setIfAbsent(INTEROP_THREADS, 1);
    return NDManager.newBaseManager(device.djl(), "PyTorch");
  }

  /** Has this thread's native calls use so many threads; returns how many they used before. */
  public static int useThreads(int threads) {
    int before = JniUtils.getNumThreads();
    JniUtils.setNumThreads(threads);
    return before;
  }

  /** Native threads per call, unless they are fixed already. */
  public static synchronized void preferThreads(int threads) {
    setIfAbsent(THREADS, threads);
  }

  private static void setIfAbsent(String property, int threads) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(threads));
    }
  }
}
