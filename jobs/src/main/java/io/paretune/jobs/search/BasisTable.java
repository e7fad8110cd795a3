package io.paretune.jobs.search;

/** The values of the {@link Basis} functions at every choice of a space's variables. */
final class BasisTable {
  private final SearchSpace space;
  private final double[][][] values; // by variable and choice; none where there are too many

  BasisTable(SearchSpace space) {
    this.space = space;
    values = new double[space.dimensions()][][];
    for (int i = 0; i < values.length; i++) {
      Parameter p = space.parameter(i);
      boolean tabled = p instanceof Parameter.Choice && p.cardinality() <= Encoding.MOST_TABLED;
      values[i] = new double[tabled ? (int) p.cardinality() : 0][];
      for (int c = 0; c < values[i].length; c++) {
        values[i][c] = computed(p, c);
      }
    }
  }

  /** The functions' values at a coordinate; not to be changed. */
  double[] at(int parameter, double coordinate) {
    return values[parameter].length > 0
        ? values[parameter][(int) coordinate]
        : computed(space.parameter(parameter), coordinate);
  }

  private static double[] computed(Parameter parameter, double coordinate) {
    double[] at = new double[Basis.MOST];
    Basis.at(parameter, coordinate, at);
    return at;
  }
}
