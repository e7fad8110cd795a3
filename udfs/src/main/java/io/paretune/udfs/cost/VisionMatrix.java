package io.paretune.udfs.cost;

import io.paretune.udfs.checkpoint.Checkpoint;
import io.paretune.udfs.checkpoint.ModelConfig;
import io.paretune.udfs.checkpoint.VisionConfig;
import io.paretune.udfs.profile.Projection;
import io.paretune.udfs.profile.VisionPlan;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * A linear layer that images go through before the decoder. The patch embedding is none: it is a
 * convolution. Encoder layers that the projector does not see are left out: they never run.
 *
 * @param tensor its canonical name
 * @param part what it belongs to
 * @param layer of the encoder, from 0; 0 of the projector
 * @param like the projection of a decoder layer that has its place in an encoder layer; the
 *     projector's two are like a feed-forward network's
 * @param rows output features
 * @param columns input features
 * @param bytesPerWeight as it is stored
 */
public record VisionMatrix(
    String tensor, Part part, int layer, Projection like, int rows, int columns, int bytesPerWeight)
    implements Serializable {

  /** What has a ratio of its own. */
  public enum Part {
    TOWER,
    PROJECTOR;

    /** The share of a row's weights that goes. */
    public double ratio(VisionPlan plan) {
      return this == TOWER ? plan.towerRatio() : plan.projectorRatio();
    }
  }

  /** All of a model's, in the order in which an image meets them. */
  public static List<VisionMatrix> of(Checkpoint checkpoint) {
    ModelConfig model = checkpoint.config();
    VisionConfig vision = model.vision();
    int width = vision.hiddenSize();
    int ffn = vision.intermediateSize();
    int hidden = model.text().hiddenSize();
    List<VisionMatrix> all = new ArrayList<>();
    for (int layer = 0; layer < model.visionLayersUsed(); layer++) {
      String at = "vision_tower.vision_model.encoder.layers." + layer + ".";
      Place place = new Place(checkpoint, Part.TOWER, layer);
      all.add(place.matrix(at + "self_attn.q_proj.weight", Projection.Q, width, width));
      all.add(place.matrix(at + "self_attn.k_proj.weight", Projection.K, width, width));
      all.add(place.matrix(at + "self_attn.v_proj.weight", Projection.V, width, width));
      all.add(place.matrix(at + "self_attn.out_proj.weight", Projection.O, width, width));
      all.add(place.matrix(at + "mlp.fc1.weight", Projection.UP, ffn, width));
      all.add(place.matrix(at + "mlp.fc2.weight", Projection.DOWN, width, ffn));
    }
    String at = "multi_modal_projector.linear_";
    Place place = new Place(checkpoint, Part.PROJECTOR, 0);
    all.add(place.matrix(at + "1.weight", Projection.UP, hidden, width));
    all.add(place.matrix(at + "2.weight", Projection.DOWN, hidden, hidden));
    return List.copyOf(all);
  }

  private record Place(Checkpoint checkpoint, Part part, int layer) {
    VisionMatrix matrix(String tensor, Projection like, int rows, int columns) {
      return new VisionMatrix(
          tensor, part, layer, like, rows, columns, checkpoint.dtype(tensor).bytes());
    }
  }
}
