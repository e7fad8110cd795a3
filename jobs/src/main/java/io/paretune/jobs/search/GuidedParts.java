package io.paretune.jobs.search;

import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What the guided sampler prepares once for a space.
 *
 * @param grouped whether uniform settings of groups are worth proposing
 * @param knapsack where every variable is a choice
 * @param models of the unknown objectives, in their order
 */
record GuidedParts(
    SearchSpace space,
    GuidedSettings settings,
    Encoding encoding,
    Feasibility feasibility,
    Untried untried,
    UniformSettings uniform,
    boolean grouped,
    Optional<KnapsackProposals> knapsack,
    List<ObjectiveModel> models,
    LocalMoves moves) {

  static GuidedParts of(SearchSpace space, GuidedSettings settings, Optional<Additive> belief) {
    Encoding encoding = new Encoding(space, belief);
    UniformSettings uniform = new UniformSettings(space, encoding.features().groups());
    // Where the cost is an objective too, clipping noise to ties loses more than it gains.
    boolean monotone =
        settings.has(GuidedSettings.Part.MONOTONE)
            && space.objectives().stream().allMatch(o -> o.known().isEmpty());
    Optional<KnapsackProposals> knapsack =
        settings.has(GuidedSettings.Part.KNAPSACK) && KnapsackProposals.isPossible(space)
            ? Optional.of(new KnapsackProposals(space, monotone))
            : Optional.empty();
    Feasibility feasibility = new Feasibility(space);
    return new GuidedParts(
        space,
        settings,
        encoding,
        feasibility,
        new Untried(space, feasibility),
        uniform,
        settings.has(GuidedSettings.Part.UNIFORM) && uniform.areUseful(),
        knapsack,
        space.unknownObjectives().stream()
            .map(j -> new ObjectiveModel(encoding, j, settings))
            .toList(),
        new LocalMoves(space));
  }

  /** TPE's best candidates, or a random point while there is nothing good to learn from. */
  List<Point> tpeCandidates(
      TpeSampler tpe, History history, List<Point> pending, RandomGenerator random, int count) {
    TpeSplit split = tpe.split(history);
    return split.good().isEmpty()
        ? List.of(RandomSampler.feasible(space, feasibility, random))
        : tpe.candidates(space, split, pending, feasibility, random, count);
  }
}
