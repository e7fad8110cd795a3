package io.paretune.udfs.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A TorchScript archive made from text alone: one module without parameters whose methods are the
 * kernels. {@code torch.jit.load} reads it as well, which is how kernels are checked outside Java.
 * The layout is PyTorch's {@code torch/csrc/jit/docs/serialization.md}.
 */
public final class KernelArchive {
  private static final String HEADER =
      """
      class Kernels(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
      """;

  private KernelArchive() {}

  /** The archive's bytes; the same texts give the same bytes. */
  public static byte[] of(List<KernelText> texts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "kernels/data.pkl", pickledModule());
      store(zip, "kernels/code/__torch__.py", source(texts).getBytes(StandardCharsets.UTF_8));
      store(zip, "kernels/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
      store(zip, "kernels/version", "10\n".getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  private static String source(List<KernelText> texts) {
    StringBuilder source = new StringBuilder(HEADER);
    for (KernelText text : texts) {
      text.text()
          .lines()
          .filter(line -> !line.isBlank() && !line.stripLeading().startsWith("#"))
          .map(line -> "  " + line.replace("self: Kernels", "self: __torch__.Kernels") + "\n")
          .forEach(source::append);
    }
    return source.toString();
  }

  /** Pickle, protocol 2: an object of class Kernels whose state is {@code {"training": False}}. */
  private static byte[] pickledModule() {
    ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    pickle.writeBytes(new byte[] {(byte) 0x80, 2});
    pickle.writeBytes("c__torch__\nKernels\n".getBytes(StandardCharsets.US_ASCII));
    pickle.writeBytes(new byte[] {')', (byte) 0x81, '}', '(', 'X', 8, 0, 0, 0});
    pickle.writeBytes("training".getBytes(StandardCharsets.US_ASCII));
    pickle.writeBytes(new byte[] {(byte) 0x89, 'u', 'b', '.'});
    return pickle.toByteArray();
  }

  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    // PyTorch maps the entries, so they must not be deflated; a fixed time keeps the bytes equal.
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    entry.setTime(0);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
