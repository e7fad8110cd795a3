package io.paretune.udfs.model;

import io.paretune.udfs.checkpoint.ImageProcessorConfig;
import io.paretune.udfs.checkpoint.ImageProcessorConfig.Colour;
import io.paretune.udfs.checkpoint.ImageProcessorConfig.Exactly;
import io.paretune.udfs.checkpoint.ImageProcessorConfig.Normalization;
import io.paretune.udfs.checkpoint.ImageProcessorConfig.Resize;
import io.paretune.udfs.checkpoint.ImageProcessorConfig.ShortestEdge;
import io.paretune.udfs.checkpoint.ImageProcessorConfig.Size;
import io.paretune.udfs.problem.InvalidInputException;

/**
 * Turns an image file into what the vision encoder takes, as transformers' CLIPImageProcessor does
 * with its Pillow backend (transformers 5: transparency is laid on white). Safe for use by many
 * threads.
 *
 * @see <a
 *     href="https://github.com/huggingface/transformers/blob/main/src/transformers/image_processing_backends.py">PilBackend</a>
 */
public final class ImageProcessor {
  /** No padded or resized image is larger than this, whatever its proportions. */
  private static final long MAX_PIXELS = ImageFile.MAX_PIXELS;

  /** Padded to a square, an image of this side has {@link #MAX_PIXELS}. */
  private static final int MOST_SIDE = 9459;

  /** Of the longer to the shorter side: its short side made 1672, an image has as many. */
  private static final int MOST_PROPORTION = 32;

  private final ImageProcessorConfig config;

  public ImageProcessor(ImageProcessorConfig config) {
    this.config = config;
  }

  /**
   * The values of an image, channel by channel.
   *
   * @param file the bytes of a PNG or JPEG file
   * @param where what to call it in an error
   * @return {@code (3, S, S)}: red, green, blue; each row by row
   * @throws InvalidInputException if it is no such file, is damaged or has too many pixels; found
   *     out before memory is taken for the pixels
   */
  public float[] pixels(byte[] file, String where) {
    return normalise(cropped(ImageFile.decode(file, where), where));
  }

  /** The image in the size of the result, still of 8 bits. */
  Rgb cropped(Rgb decoded, String where) {
    Rgb image = decoded;
    if (config.padToSquare().isPresent()) {
      int side = Math.max(decoded.width(), decoded.height());
      requireRoom(decoded, side, side, where);
      image = padToSquare(decoded, config.padToSquare().get());
    }
    if (config.resize().isPresent()) {
      Size size = newSize(image, config.resize().get());
      // The first pass makes the new width at the old height.
      requireRoom(image, size.width(), Math.max(size.height(), image.height()), where);
      image = ImageResample.resize(image, size.width(), size.height(), config.resampling());
    }
    return config.crop().isPresent() ? crop(image, config.crop().get()) : image;
  }

  private static void requireRoom(Rgb image, int width, int height, String where) {
    if ((long) width * height > MAX_PIXELS) {
      throw new InvalidInputException(
          where,
          "is an image of %d × %d pixels, too narrow: it would become one of %d × %d"
              .formatted(image.width(), image.height(), width, height));
    }
  }

  private static Size newSize(Rgb image, Resize resize) {
    if (resize instanceof Exactly exactly) {
      return exactly.size();
    }
    int shorter = ((ShortestEdge) resize).pixels();
    boolean tall = image.width() <= image.height();
    // The order of the operations is Python's: int(size * long / short).
    int longer =
        (int)
            ((double) ((long) shorter * Math.max(image.width(), image.height()))
                / Math.min(image.width(), image.height()));
    return tall ? new Size(longer, shorter) : new Size(shorter, longer);
  }

  private static Rgb padToSquare(Rgb image, Colour colour) {
    int side = Math.max(image.width(), image.height());
    if (image.width() == image.height()) {
      return image;
    }
    Rgb square = new Rgb(side, side);
    byte[] to = square.pixels();
    for (int i = 0; i < to.length; i += Rgb.CHANNELS) {
      to[i] = (byte) colour.red();
      to[i + 1] = (byte) colour.green();
      to[i + 2] = (byte) colour.blue();
    }
    int left = (side - image.width()) / 2;
    int top = (side - image.height()) / 2;
    copy(image, 0, 0, square, left, top, image.width(), image.height());
    return square;
  }

  /** The middle of the image; black where the image is smaller. */
  private static Rgb crop(Rgb image, Size size) {
    if (image.width() == size.width() && image.height() == size.height()) {
      return image;
    }
    Rgb out = new Rgb(size.width(), size.height());
    // Python floors the half of a negative difference too.
    int left = Math.floorDiv(image.width() - size.width(), 2);
    int top = Math.floorDiv(image.height() - size.height(), 2);
    copy(
        image,
        Math.max(0, left),
        Math.max(0, top),
        out,
        Math.max(0, -left),
        Math.max(0, -top),
        Math.min(image.width(), size.width()),
        Math.min(image.height(), size.height()));
    return out;
  }

  private static void copy(
      Rgb from, int fromX, int fromY, Rgb to, int toX, int toY, int width, int height) {
    for (int y = 0; y < height; y++) {
      System.arraycopy(
          from.pixels(),
          from.at(fromX, fromY + y),
          to.pixels(),
          to.at(toX, toY + y),
          width * Rgb.CHANNELS);
    }
  }

  private float[] normalise(Rgb image) {
    int plane = image.width() * image.height();
    float[] values = new float[Rgb.CHANNELS * plane]; // (3, S, S)
    for (int channel = 0; channel < Rgb.CHANNELS; channel++) {
      float[] valueOf = valuesOfLevels(channel);
      for (int i = 0; i < plane; i++) {
        values[channel * plane + i] = valueOf[image.pixels()[i * Rgb.CHANNELS + channel] & 0xff];
      }
    }
    return values;
  }

  /** Rescaling in double, then normalising in float, as NumPy does there. */
  private float[] valuesOfLevels(int channel) {
    float[] values = new float[256];
    for (int level = 0; level < values.length; level++) {
      float value = (float) (level * config.rescaleFactor().orElse(1.0));
      if (config.normalization().isPresent()) {
        Normalization normalization = config.normalization().get();
        value =
            (value - normalization.mean().get(channel).floatValue())
                / normalization.std().get(channel).floatValue();
      }
      values[level] = value;
    }
    return values;
  }

  /**
   * Decodes an image and lets it go: what this accepts, {@link #pixels} accepts for encoders of up
   * to 1672 pixels a side, since no padding or resizing can then pass the limit.
   *
   * @throws InvalidInputException if it is no PNG or JPEG file, is damaged, too large or too narrow
   */
  public static void requireReadable(byte[] file, String where) {
    Rgb image = ImageFile.decode(file, where);
    int longer = Math.max(image.width(), image.height());
    int shorter = Math.min(image.width(), image.height());
    if (longer > MOST_SIDE) {
      throw new InvalidInputException(
          where,
          "is an image of %d × %d pixels: sides of up to %d are taken"
              .formatted(image.width(), image.height(), MOST_SIDE));
    }
    if (longer > MOST_PROPORTION * (long) shorter) {
      throw new InvalidInputException(
          where,
          "is an image of %d × %d pixels, too narrow: sides of up to %d to 1 are taken"
              .formatted(image.width(), image.height(), MOST_PROPORTION));
    }
  }
}
