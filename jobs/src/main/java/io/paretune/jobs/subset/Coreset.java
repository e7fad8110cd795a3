package io.paretune.jobs.subset;

import io.paretune.udfs.hash.Sha256;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A stratified sample without chance: each stratum has its share of the questions (what is left
 * over by rounding goes to the largest remainders), and within a stratum units come in the order of
 * their ids' hashes. The same units give the same sample in whatever order they come, and a larger
 * sample holds a smaller one but for that rounding.
 */
public final class Coreset {
  private Coreset() {}

  /**
   * What is taken or left as a whole: a question, or questions that are judged together.
   *
   * @param id unique
   * @param stratum that it belongs to
   * @param questions it has
   */
  public record Unit(String id, String stratum, int questions) {}

  /**
   * The chosen units' ids.
   *
   * @param questions wanted; units of several may bring a few more
   */
  public static Set<String> of(Collection<Unit> units, int questions) {
    Map<String, List<Unit>> strata = new TreeMap<>();
    units.forEach(u -> strata.computeIfAbsent(u.stratum(), s -> new ArrayList<>()).add(u));
    Map<String, Integer> quotas = quotas(strata, questions);
    Map<String, String> hashes = new HashMap<>();
    units.forEach(u -> hashes.put(u.id(), Sha256.hex(u.id())));
    Set<String> chosen = new HashSet<>();
    strata.forEach(
        (stratum, own) -> {
          own.sort(
              Comparator.comparing((Unit u) -> hashes.getOrDefault(u.id(), ""))
                  .thenComparing(Unit::id));
          int left = quotas.getOrDefault(stratum, 0);
          for (Unit unit : own) {
            if (left <= 0) {
              break;
            }
            chosen.add(unit.id());
            left -= unit.questions();
          }
        });
    return chosen;
  }

  private static Map<String, Integer> quotas(Map<String, List<Unit>> strata, int questions) {
    Map<String, Integer> sizes = new TreeMap<>();
    strata.forEach((s, own) -> sizes.put(s, own.stream().mapToInt(Unit::questions).sum()));
    long all = sizes.values().stream().mapToLong(Integer::longValue).sum();
    if (questions >= all) {
      return sizes;
    }
    Map<String, Integer> quotas = new TreeMap<>();
    Map<String, Double> remainders = new TreeMap<>();
    int given = 0;
    for (Map.Entry<String, Integer> stratum : sizes.entrySet()) {
      double exact = (double) questions * stratum.getValue() / all;
      int whole = (int) exact;
      quotas.put(stratum.getKey(), whole);
      remainders.put(stratum.getKey(), exact - whole);
      given += whole;
    }
    remainders.entrySet().stream()
        .sorted(
            Map.Entry.<String, Double>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(questions - given)
        .forEach(e -> quotas.merge(e.getKey(), 1, Integer::sum));
    return quotas;
  }
}
