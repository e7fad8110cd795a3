package io.paretune.udfs.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Compiled kernels on a device. There is one per JVM, device and list of texts; it lives as long as
 * the JVM. Many threads may call it at once.
 */
public final class TorchScript {
  private static final Map<Key, TorchScript> COMPILED = new ConcurrentHashMap<>();

  /**
   * The optimising executor specialises a kernel for the shapes it meets first and compiles again
   * for others, which costs more than it gains where every batch has another shape. The switch is
   * one per thread.
   */
  private static final ThreadLocal<Boolean> PLAIN_EXECUTOR =
      ThreadLocal.withInitial(
          () -> {
            JniUtils.setGraphExecutorOptimize(false);
            return true;
          });

  private final PtSymbolBlock module;

  private TorchScript(PtSymbolBlock module) {
    this.module = module;
  }

  /** The kernels of these texts on the device, compiled at the first call. */
  public static TorchScript compiled(Device device, List<KernelText> texts) {
    return COMPILED.computeIfAbsent(new Key(device, List.copyOf(texts)), TorchScript::compile);
  }

  private static TorchScript compile(Key key) {
    PtNDManager manager = (PtNDManager) NativeEngine.newManager(key.device());
    byte[] archive = KernelArchive.of(key.texts());
    try {
      return new TorchScript(
          JniUtils.loadModule(manager, new ByteArrayInputStream(archive), false, false));
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory cannot fail", e);
    }
  }

  /**
   * Calls a kernel.
   *
   * @param owner the manager that will own the results
   * @param arguments by position: NDArray, {@code List<NDArray>}, Integer, Long, Double, Boolean or
   *     long[]
   * @return what the kernel returns, a tensor or a list of tensors
   */
  public NDList call(NDManager owner, String kernel, Object... arguments) {
    PLAIN_EXECUTOR.get();
    IValue[] values = new IValue[arguments.length];
    try {
      for (int i = 0; i < arguments.length; i++) {
        values[i] = value(arguments[i]);
      }
      try (IValue result = IValueUtils.runMethod(module, kernel, values)) {
        return result.toNDList((PtNDManager) owner);
      }
    } finally {
      for (IValue value : values) {
        if (value != null) {
          value.close();
        }
      }
    }
  }

  /** Calls a kernel that returns one tensor. */
  public NDArray callOne(NDManager owner, String kernel, Object... arguments) {
    return call(owner, kernel, arguments).singletonOrThrow();
  }

  private static IValue value(Object argument) {
    if (argument instanceof NDArray a) {
      return IValue.from((PtNDArray) a);
    } else if (argument instanceof List<?> list) {
      return IValue.listFrom(list.stream().map(PtNDArray.class::cast).toArray(PtNDArray[]::new));
    } else if (argument instanceof Integer n) {
      return IValue.from(n.longValue());
    } else if (argument instanceof Long n) {
      return IValue.from(n.longValue());
    } else if (argument instanceof Double x) {
      return IValue.from(x.doubleValue());
    } else if (argument instanceof Boolean b) {
      return IValue.from(b.booleanValue());
    } else if (argument instanceof long[] numbers) {
      return IValue.listFrom(numbers);
    }
    throw new IllegalArgumentException("a kernel takes no " + argument.getClass().getName());
  }

  private record Key(Device device, List<KernelText> texts) {}
}
