package io.paretune.jobs.search;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Standard test functions, ten variables, of which nothing is known. */
final class GenericProblems {
  private GenericProblems() {}

  private static SearchSpace space(int objectives, double low, double high) {
    List<Objective> all = new ArrayList<>();
    for (int j = 0; j < objectives; j++) {
      all.add(Objective.minimize("f" + j));
    }
    return new SearchSpace(
        IntStream.range(0, 10)
            .<Parameter>mapToObj(
                i ->
                    new Parameter.FloatRange(
                        "x" + i, low, high, Parameter.Scale.LINEAR, Place.UNKNOWN))
            .toList(),
        all,
        List.of());
  }

  private static BenchmarkProblem single(
      String name, double low, double high, double best, BenchmarkProblem.Evaluator f) {
    return new BenchmarkProblem(name, space(1, low, high), List.of(), best, f);
  }

  /** Each optimum is moved by {@code shift} of the range, so that no symmetry gives it away. */
  static List<BenchmarkProblem> singles(double shift) {
    return List.of(
        single("sphere", -5, 5, 0, p -> sphere(moved(p, 10 * shift))),
        single("rosenbrock", -5, 10, 0, p -> rosenbrock(moved(p, 15 * shift))),
        single("ackley", -32.768, 32.768, 0, p -> ackley(moved(p, 65 * shift))),
        single("styblinski-tang", -5, 5, -391.66, p -> styblinskiTang(moved(p, 10 * shift))));
  }

  /** ZDT, DTLZ2 and WFG4-like problems of two and three objectives. */
  static List<BenchmarkProblem> multiples() {
    return List.of(
        new BenchmarkProblem(
            "zdt1", space(2, 0, 1), List.of(1.1, 6.0), 1.1 * 6.0 - 1 / 3.0, p -> zdt(p, 1)),
        new BenchmarkProblem(
            "zdt2", space(2, 0, 1), List.of(1.1, 6.0), 1.1 * 6.0 - 2 / 3.0, p -> zdt(p, 2)),
        new BenchmarkProblem(
            "zdt4", space(2, 0, 1), List.of(1.1, 200.0), 1.1 * 200.0 - 1 / 3.0, p -> zdt(p, 4)),
        new BenchmarkProblem(
            "dtlz2",
            space(3, 0, 1),
            List.of(1.5, 1.5, 1.5),
            3.375 - Math.PI / 6,
            GenericProblems::dtlz2),
        new BenchmarkProblem(
            "wfg4", space(2, 0, 1), List.of(3.0, 5.0), 15 - 2 * Math.PI, GenericProblems::wfg4));
  }

  private static double[] moved(Point p, double by) {
    double[] x = p.toArray();
    for (int i = 0; i < x.length; i++) {
      x[i] -= by * Math.sin(1 + i);
    }
    return x;
  }

  private static double[] sphere(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum += v * v;
    }
    return new double[] {sum};
  }

  private static double[] rosenbrock(double[] x) {
    double sum = 0;
    for (int i = 0; i + 1 < x.length; i++) {
      sum += 100 * Math.pow(x[i + 1] - x[i] * x[i], 2) + Math.pow(1 - x[i], 2);
    }
    return new double[] {sum};
  }

  private static double[] ackley(double[] x) {
    double squares = 0;
    double waves = 0;
    for (double v : x) {
      squares += v * v / x.length;
      waves += Math.cos(2 * Math.PI * v) / x.length;
    }
    return new double[] {20 + Math.E - 20 * Math.exp(-0.2 * Math.sqrt(squares)) - Math.exp(waves)};
  }

  private static double[] styblinskiTang(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum += 0.5 * (v * v * v * v - 16 * v * v + 5 * v);
    }
    return new double[] {sum};
  }

  private static double[] zdt(Point p, int which) {
    double sum = 0;
    for (int i = 1; i < 10; i++) {
      double x = p.at(i);
      double wide = 10 * x - 5;
      sum += which == 4 ? wide * wide - 10 * Math.cos(4 * Math.PI * wide) : x;
    }
    double g = which == 4 ? 91 + sum : 1 + sum;
    double f = p.at(0);
    return new double[] {f, g * (1 - (which == 2 ? Math.pow(f / g, 2) : Math.sqrt(f / g)))};
  }

  private static double[] dtlz2(Point p) {
    double g = 0;
    for (int i = 2; i < 10; i++) {
      g += Math.pow(p.at(i) - 0.5, 2);
    }
    double a = p.at(0) * Math.PI / 2;
    double b = p.at(1) * Math.PI / 2;
    return new double[] {
      (1 + g) * Math.cos(a) * Math.cos(b),
      (1 + g) * Math.cos(a) * Math.sin(b),
      (1 + g) * Math.sin(a)
    };
  }

  /** WFG4 (Huband 2006) with two position and eight distance variables. */
  private static double[] wfg4(Point p) {
    double[] t = new double[10];
    for (int i = 0; i < 10; i++) {
      double tmp = Math.abs(p.at(i) - 0.35) / (2 * (Math.floor(0.35 - p.at(i)) + 0.35));
      t[i] = (1 + Math.cos(122 * Math.PI * (0.5 - tmp)) + 40 * tmp * tmp) / 42;
    }
    double position = (t[0] + t[1]) / 2;
    double distance = 0;
    for (int i = 2; i < 10; i++) {
      distance += t[i] / 8;
    }
    double angle = position * Math.PI / 2;
    return new double[] {distance + 2 * Math.sin(angle), distance + 4 * Math.cos(angle)};
  }
}
