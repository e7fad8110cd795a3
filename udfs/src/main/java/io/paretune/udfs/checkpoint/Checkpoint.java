package io.paretune.udfs.checkpoint;

import io.paretune.udfs.problem.InvalidInputException;
import io.paretune.udfs.problem.Problems;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A LLaVA model in a Hugging Face directory on local disk. Opening checks everything that can be
 * checked without reading a weight: every tensor that the configuration implies is there, with its
 * shape and a type that can be read. Safe for use by many threads.
 *
 * <p>Tensors go by the names of llava-1.5-7b-hf: {@code language_model.model.layers.0.self_attn…},
 * {@code language_model.lm_head.weight}, {@code vision_tower.vision_model.…}, {@code
 * multi_modal_projector.linear_1.…}; newer files' names are mapped to these.
 */
public final class Checkpoint implements AutoCloseable {
  private static final List<String> OTHER_FILES =
      List.of(
          "config.json",
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "chat_template.jinja",
          "chat_template.json",
          "preprocessor_config.json",
          "processor_config.json");

  /** A wrong configuration makes every tensor wrong; the first ones tell. */
  private static final int MOST_TENSORS_NAMED = 5;

  private final Path directory;
  private final ModelConfig config;
  private final Tokenizer tokenizer;
  private final ChatTemplate chatTemplate;
  private final ImageProcessorConfig imageProcessor;
  private final WeightFiles weights;
  private @Nullable String modelId;

  private Checkpoint(
      Path directory,
      ModelConfig config,
      Tokenizer tokenizer,
      ChatTemplate chatTemplate,
      ImageProcessorConfig imageProcessor,
      WeightFiles weights) {
    this.directory = directory;
    this.config = config;
    this.tokenizer = tokenizer;
    this.chatTemplate = chatTemplate;
    this.imageProcessor = imageProcessor;
    this.weights = weights;
  }

  /**
   * Opens and checks a model directory.
   *
   * @param directory with {@code config.json}, {@code model.safetensors} or {@code
   *     model.safetensors.index.json}, {@code tokenizer.json}, and {@code preprocessor_config.json}
   *     or {@code processor_config.json}
   * @throws InvalidInputException with every problem found
   */
  public static Checkpoint open(Path directory) {
    return open(directory, () -> ChatTemplate.read(directory));
  }

  /**
   * Opens a model directory as {@link #open(Path)} does, but asks with a template of the user's
   * instead of the directory's.
   *
   * @throws InvalidInputException with every problem found
   */
  public static Checkpoint open(Path directory, ChatTemplate template) {
    return open(directory, () -> template);
  }

  private static Checkpoint open(Path directory, Supplier<ChatTemplate> chatTemplate) {
    if (!Files.isDirectory(directory)) {
      throw new InvalidInputException(
          directory.toString(), "is no directory", "give the directory that holds config.json");
    }
    Problems problems = new Problems();
    WeightFiles weights = problems.collect(() -> WeightFiles.open(directory));
    Tokenizer tokenizer =
        problems.collect(() -> Tokenizer.open(directory.resolve("tokenizer.json")));
    try {
      DType stored = weights == null ? DType.F32 : weights.prevailingType();
      ModelConfig config = problems.collect(() -> ModelConfigJson.read(directory, stored));
      ChatTemplate template = problems.collect(chatTemplate);
      ImageProcessorConfig images = problems.collect(() -> ImageProcessorJson.read(directory));
      if (config != null && weights != null) {
        checkTensors(directory, config, weights, problems);
      }
      if (config != null && tokenizer != null) {
        checkImageToken(directory, config, tokenizer, problems);
      }
      if (config != null && images != null) {
        checkImageSize(directory, config, images, problems);
      }
      problems.throwIfAny();
      if (config == null
          || tokenizer == null
          || template == null
          || images == null
          || weights == null) {
        throw new IllegalStateException("a part is missing, yet there is no problem");
      }
      return new Checkpoint(directory, config, tokenizer, template, images, weights);
    } catch (RuntimeException e) {
      if (weights != null) {
        weights.close();
      }
      if (tokenizer != null) {
        tokenizer.close();
      }
      throw e;
    }
  }

  private static void checkTensors(
      Path directory, ModelConfig config, WeightFiles weights, Problems problems) {
    int wrong = 0;
    for (Map.Entry<String, List<Long>> required : RequiredTensors.of(config).entrySet()) {
      String name = required.getKey();
      Optional<String> what = wrongWith(weights.find(name), required.getValue());
      if (what.isPresent() && ++wrong <= MOST_TENSORS_NAMED) {
        String file = weights.fileOf(name);
        problems.add((file.isEmpty() ? directory : file) + ": tensor " + name, what.get());
      }
    }
    if (wrong > MOST_TENSORS_NAMED) {
      problems.add(
          directory.toString(),
          "%d more tensors are missing or wrong".formatted(wrong - MOST_TENSORS_NAMED),
          "see whether config.json belongs to these weights");
    }
  }

  private static Optional<String> wrongWith(@Nullable TensorEntry entry, List<Long> shape) {
    if (entry == null) {
      return Optional.of("is missing; config.json needs it as " + shape);
    }
    if (!entry.shape().equals(shape)) {
      return Optional.of("has the shape %s; config.json needs %s".formatted(entry.shape(), shape));
    }
    if (!entry.dtype().isWeight()) {
      return Optional.of("is of dtype " + entry.dtype() + "; weights are of F32, F16 or BF16");
    }
    if (entry.length() > Integer.MAX_VALUE) {
      return Optional.of(
          "has %d bytes; a tensor of more than %d cannot be read"
              .formatted(entry.length(), Integer.MAX_VALUE));
    }
    return Optional.empty();
  }

  private static void checkImageToken(
      Path directory, ModelConfig config, Tokenizer tokenizer, Problems problems) {
    long expected = config.imageTokenId();
    long found = 0;
    for (long id : tokenizer.encode(ChatTemplate.IMAGE)) {
      found += id == expected ? 1 : 0;
    }
    if (found != 1) {
      problems.add(
          directory.resolve("tokenizer.json").toString(),
          "does not turn %s into the one token %d that config.json names"
              .formatted(ChatTemplate.IMAGE, expected));
    }
  }

  private static void checkImageSize(
      Path directory, ModelConfig config, ImageProcessorConfig images, Problems problems) {
    int side = config.vision().imageSize();
    var expected = new ImageProcessorConfig.Size(side, side);
    if (!images.outputSize().equals(Optional.of(expected))) {
      problems.add(
          directory.resolve("preprocessor_config.json").toString(),
          "makes images of %s; vision_config.image_size of config.json is %d"
              .formatted(
                  images
                      .outputSize()
                      .map(size -> size.height() + " × " + size.width())
                      .orElse("sizes that depend on the image"),
                  side));
    }
  }

  public ModelConfig config() {
    return config;
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }

  public ChatTemplate chatTemplate() {
    return chatTemplate;
  }

  public ImageProcessorConfig imageProcessor() {
    return imageProcessor;
  }

  Path directory() {
    return directory;
  }

  List<SafetensorsFile> weightFiles() {
    return weights.files();
  }

  /** Every tensor of the files, used or not, by its canonical name. */
  public List<String> tensorNames() {
    return weights.names();
  }

  /** Whether there is a tensor of this canonical name. */
  public boolean has(String name) {
    return weights.find(stored(name)) != null;
  }

  /**
   * Maps a tensor. Where the embedding is tied, {@code language_model.lm_head.weight} is the
   * embedding.
   *
   * @param name a canonical name
   * @throws IllegalArgumentException if there is no such tensor
   */
  public TensorData tensor(String name) {
    return weights.read(stored(name));
  }

  /**
   * How a tensor is stored.
   *
   * @param name a canonical name
   * @throws IllegalArgumentException if there is no such tensor
   */
  public DType dtype(String name) {
    TensorEntry entry = weights.find(stored(name));
    if (entry == null) {
      throw new IllegalArgumentException("there is no tensor " + name);
    }
    return entry.dtype();
  }

  /** Bytes of all tensors in the files, used or not. */
  public long tensorBytes() {
    return weights.tensorBytes();
  }

  private String stored(String name) {
    return config.text().tieWordEmbeddings() && name.equals(TensorNames.OUTPUT)
        ? TensorNames.EMBEDDING
        : name;
  }

  /**
   * The identity of the model: a hash of the bytes of every file that its answers depend on. The
   * first call reads them all, unless this machine knows the hash and they did not change since.
   *
   * @return 16 hexadecimal digits
   */
  public synchronized String modelId() {
    if (modelId == null) {
      List<Path> files = new ArrayList<>(weights.paths());
      for (String name : OTHER_FILES) {
        Path file = directory.resolve(name);
        if (Files.exists(file)) {
          files.add(file);
        }
      }
      try {
        modelId =
            new KnownHashes(UserCache.directory().resolve("hashes"), Clock.systemUTC()).of(files);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + directory, e);
      }
    }
    return modelId;
  }

  /** Tensors mapped before stay valid. */
  @Override
  public void close() {
    tokenizer.close();
    weights.close();
  }
}
