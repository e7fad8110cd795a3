package io.paretune.jobs.search;

import io.paretune.jobs.search.ProfileVariable.Target;
import io.paretune.udfs.cost.MemoryFootprint;
import io.paretune.udfs.cost.VisionMatrix.Part;
import io.paretune.udfs.profile.CompressionProfile;
import io.paretune.udfs.profile.CriterionName;
import io.paretune.udfs.profile.LayerPlan;
import io.paretune.udfs.profile.Pattern;
import io.paretune.udfs.profile.Projection;
import io.paretune.udfs.profile.VisionPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The search space of a model's profiles: one variable for what has a pruning ratio of its own and
 * one or two for its cached keys and values. Choices go from the least to the most compressed.
 * Memory is an additive function of the variables, so that the search knows it beforehand.
 */
public final class CompressionSpace {
  /** The objective that is known before a trial runs, in bytes. */
  public static final String MEMORY = "memory";

  /** The objective that trials measure: a share of right answers. */
  public static final String SCORE = "score";

  /** Whether cached keys and values have bits of their own. */
  public enum KvBits {
    TIED,
    SEPARATE
  }

  /**
   * Ratios of what comes before the decoder; without any above 0 it is no variable.
   *
   * @param tower of the vision tower's layers, all alike
   * @param projector of the projector
   */
  public record VisionRatios(List<Double> tower, List<Double> projector) {
    public VisionRatios {
      tower = withZero(tower);
      projector = withZero(projector);
    }

    /** Nothing varies. */
    public static VisionRatios none() {
      return new VisionRatios(List.of(), List.of());
    }

    List<Double> of(Part part) {
      return part == Part.TOWER ? tower : projector;
    }
  }

  private static List<Double> withZero(List<Double> ratios) {
    return Stream.concat(Stream.of(0.0), ratios.stream()).sorted().distinct().toList();
  }

  /**
   * What may vary. Ratio 0 and 16 bits can always be chosen, so that the dense model, which all is
   * compared with, is in every space.
   *
   * @param criteria that can be chosen, one for a profile, distinct; dense profiles have the first
   * @param pattern where every layer's zeros lie
   * @param granularity what has a ratio of its own
   * @param blocks how many blocks of layers, with {@link Granularity#BLOCK}
   * @param ratios that can be chosen, ascending; under an n:m pattern none but 0 and n/m
   * @param vision the same before the decoder
   * @param bits that can be chosen, descending
   * @param kvBits whether keys and values are chosen apart
   */
  public record Choices(
      List<CriterionName> criteria,
      Pattern pattern,
      Granularity granularity,
      int blocks,
      List<Double> ratios,
      VisionRatios vision,
      List<Integer> bits,
      KvBits kvBits) {
    public Choices {
      criteria = List.copyOf(criteria);
      ratios = withZero(ratios);
      bits =
          Stream.concat(Stream.of(16), bits.stream())
              .sorted(Comparator.reverseOrder())
              .distinct()
              .toList();
      if (pattern != Pattern.UNSTRUCTURED && !ratios.equals(List.of(0.0, pattern.ratio()))) {
        throw new IllegalArgumentException(
            "the pattern %s has the ratios 0 and %s, not %s"
                .formatted(pattern.key(), pattern.ratio(), ratios));
      }
      if (criteria.isEmpty()) {
        throw new IllegalArgumentException("there is at least one criterion");
      }
      if (blocks < 1) {
        throw new IllegalArgumentException("there is at least one block, was " + blocks);
      }
    }
  }

  private final MemoryFootprint footprint;
  private final Choices choices;
  private final List<ProfileVariable> variables = new ArrayList<>();
  private final SearchSpace space;

  /**
   * The space of a model.
   *
   * @param footprint of the model under the declared workload
   * @param maxMemoryBytes profiles above are not proposed
   * @param minMeanRatio profiles below are not proposed
   */
  public CompressionSpace(
      MemoryFootprint footprint,
      Choices choices,
      OptionalLong maxMemoryBytes,
      OptionalDouble minMeanRatio) {
    this.footprint = footprint;
    this.choices = choices;
    List<Parameter> parameters = new ArrayList<>();
    for (SpaceVariables.Named named : SpaceVariables.of(footprint.shape().layers(), choices)) {
      parameters.add(named.parameter());
      variables.add(named.variable());
    }
    List<Constraint> constraints = new ArrayList<>();
    if (choices.criteria().size() > 1) {
      constraints.add(criterionMatters());
    }
    Additive memory = additive(p -> (double) footprint.totalBytes(p));
    maxMemoryBytes.ifPresent(
        max ->
            constraints.add(
                new Constraint.OnObjective(MEMORY, Double.NEGATIVE_INFINITY, (double) max)));
    minMeanRatio.ifPresent(
        min ->
            constraints.add(
                new Constraint.OnQuantity(
                    "mean_pruning_ratio",
                    additive(footprint::meanPruningRatio),
                    min,
                    Double.POSITIVE_INFINITY)));
    this.space =
        new SearchSpace(
            parameters,
            List.of(Objective.minimize(MEMORY).knownAs(memory), Objective.maximize(SCORE)),
            constraints);
  }

  /**
   * Where nothing is pruned, all criteria give the same profile: only the first is proposed. So a
   * point's pruned variables, less one if it has another criterion, are no fewer than none.
   */
  private Constraint criterionMatters() {
    List<List<Double>> terms = new ArrayList<>();
    for (ProfileVariable variable : variables) {
      boolean criterion = variable.target() instanceof Target.Criterion;
      boolean bits = variable.target() instanceof Target.Bits;
      terms.add(
          IntStream.range(0, variable.values(choices).size())
              .mapToObj(c -> c == 0 || bits ? 0.0 : criterion ? -1.0 : 1.0)
              .toList());
    }
    return new Constraint.OnQuantity(
        "pruned variables", Additive.of(0, terms), 0, Double.POSITIVE_INFINITY);
  }

  /** A quantity that is a sum over matrices and layers, as terms of the variables. */
  private Additive additive(ToDoubleFunction<CompressionProfile> quantity) {
    double dense = quantity.applyAsDouble(profile(new double[0]));
    List<List<Double>> terms = new ArrayList<>();
    for (int v = 0; v < variables.size(); v++) {
      List<Double> term = new ArrayList<>();
      for (int c = 0; c < count(v); c++) {
        double[] alone = new double[v + 1];
        Arrays.fill(alone, Double.NaN);
        alone[v] = c;
        term.add(quantity.applyAsDouble(profile(alone)) - dense);
      }
      terms.add(term);
    }
    return Additive.of(dense, terms);
  }

  private int count(int variable) {
    return variables.get(variable).values(choices).size();
  }

  public SearchSpace space() {
    return space;
  }

  /** Memory in bytes, as a function of the point. */
  public Additive memory() {
    return space.objectives().get(0).known().orElseThrow();
  }

  /** The profile that a point of the space stands for. */
  public CompressionProfile profile(Point point) {
    return profile(point.toArray());
  }

  /** Variables whose coordinate is missing or NaN leave their layers as they are. */
  private CompressionProfile profile(double[] coordinates) {
    int layers = footprint.shape().layers();
    List<Map<Projection, Double>> ratios = new ArrayList<>();
    int[] keyBits = new int[layers];
    int[] valueBits = new int[layers];
    for (int l = 0; l < layers; l++) {
      ratios.add(new EnumMap<>(Projection.class));
      keyBits[l] = 16;
      valueBits[l] = 16;
    }
    double tower = 0;
    double projector = 0;
    CriterionName criterion = choices.criteria().get(0);
    for (int v = 0; v < coordinates.length; v++) {
      if (Double.isNaN(coordinates[v])) {
        continue;
      }
      int choice = (int) coordinates[v];
      if (variables.get(v).target() instanceof Target.Vision vision) {
        double ratio = choices.vision().of(vision.part()).get(choice);
        tower = vision.part() == Part.TOWER ? ratio : tower;
        projector = vision.part() == Part.PROJECTOR ? ratio : projector;
      }
      if (variables.get(v).target() instanceof Target.Criterion) {
        criterion = choices.criteria().get(choice);
      }
      for (int l : variables.get(v).layers()) {
        Target target = variables.get(v).target();
        if (target instanceof Target.Ratio ratio) {
          ratio.projections().forEach(p -> ratios.get(l).put(p, choices.ratios().get(choice)));
        } else if (target instanceof Target.Bits bits) {
          keyBits[l] = bits.keys() ? choices.bits().get(choice) : keyBits[l];
          valueBits[l] = bits.values() ? choices.bits().get(choice) : valueBits[l];
        }
      }
    }
    return settled(
        CompressionProfile.of(
                criterion,
                IntStream.range(0, layers)
                    .mapToObj(
                        l ->
                            new LayerPlan(
                                l, ratios.get(l), choices.pattern(), keyBits[l], valueBits[l]))
                    .toList())
            .withVision(new VisionPlan(tower, projector)));
  }

  /** With the space's first criterion where none decides anything. */
  private CompressionProfile settled(CompressionProfile profile) {
    return profile.prunes() ? profile : profile.withCriterion(choices.criteria().get(0));
  }

  /** The point that stands for a profile, if the space has one. */
  public Optional<Point> point(CompressionProfile given) {
    CompressionProfile profile = settled(given);
    double[] coordinates = new double[variables.size()];
    for (int v = 0; v < coordinates.length; v++) {
      ProfileVariable variable = variables.get(v);
      coordinates[v] = variable.values(choices).indexOf(variable.value(profile));
      if (coordinates[v] < 0) {
        return Optional.empty();
      }
    }
    Point point = Point.of(coordinates);
    return profile(point).equals(profile) ? Optional.of(point) : Optional.empty();
  }

  /** The point at which every layer is treated alike, if all three can be chosen. */
  public Optional<Point> uniform(CriterionName criterion, double ratio, int bits) {
    if (!choices.ratios().contains(ratio)) {
      return Optional.empty();
    }
    EnumMap<Projection, Double> ratios = new EnumMap<>(Projection.class);
    Arrays.stream(Projection.values()).forEach(p -> ratios.put(p, ratio));
    return point(
        CompressionProfile.of(
            criterion,
            IntStream.range(0, footprint.shape().layers())
                .mapToObj(l -> new LayerPlan(l, ratios, choices.pattern(), bits, bits))
                .toList()));
  }

  /**
   * The point nearest to a profile of a model that may be deeper or shallower, layers matched by
   * relative depth: how a sibling model's frontier becomes a start here.
   *
   * @param layers how many decoder layers the profile's model has
   */
  public Point nearest(CompressionProfile profile, int layers) {
    double[] coordinates = new double[variables.size()];
    int own = footprint.shape().layers();
    for (int v = 0; v < coordinates.length; v++) {
      coordinates[v] = variables.get(v).nearest(choices, profile, own, layers);
    }
    Point nearest = Point.of(coordinates);
    return point(profile(nearest)).orElse(nearest); // another criterion where nothing is pruned
  }

  /** What pruning makes of a linear layer. */
  @FunctionalInterface
  public interface PruningError {
    /** Relative squared error of the layer's output, in [0, 1]. */
    double of(int layer, Projection projection, double ratio);
  }

  /**
   * What each value of each variable is believed to cost before any trial: pruned layers by the
   * errors of their outputs, cached keys and values by a uniform quantizer's noise, which falls
   * with the square of its steps and says nothing of which layer minds it. Of what comes before the
   * decoder only that more costs more is believed.
   */
  public Additive belief(PruningError error) {
    return Additive.of(0, variables.stream().map(v -> v.beliefs(choices, error)).toList());
  }

  /**
   * The decoder layers that a variable of the space sets; none if it is of what comes before or of
   * all.
   */
  public List<Integer> layers(int parameter) {
    return variables.get(parameter).layers();
  }
}
