package io.floorkeeper.truth;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Named exact sums, and named texts. A sum of zero and none are the same. Names are paths: {@code
 * evidence/1/0/2/0/first/labels}.
 */
final class Figures {
  private final TreeMap<String, BigInteger> sums = new TreeMap<>();
  private final TreeMap<String, String> texts = new TreeMap<>();

  void add(String name, long by) {
    add(name, BigInteger.valueOf(by));
  }

  void add(String name, BigInteger by) {
    sums.merge(name, by, BigInteger::add);
  }

  /** Nothing where it is null. */
  void addKnown(String name, Long by) {
    if (by != null) {
      add(name, by);
    }
  }

  void put(String name, String text) {
    texts.put(name, text);
  }

  /** 0 where there is none. */
  long sum(String name) {
    return sums.getOrDefault(name, BigInteger.ZERO).longValueExact();
  }

  SortedMap<String, String> all() {
    TreeMap<String, String> all = new TreeMap<>(texts);
    sums.forEach(
        (name, sum) -> {
          if (sum.signum() != 0) {
            all.put(name, sum.toString());
          }
        });
    return all;
  }

  /** The first part of the path. */
  private static String group(String name) {
    return name.substring(0, name.indexOf('/'));
  }

  /**
   * Two of these side by side.
   *
   * @param table one line for each group of figures
   * @param differences one line for each figure that differs
   */
  record Comparison(String table, List<String> differences) {
    boolean holds() {
      return differences.isEmpty();
    }
  }

  /** This is the truth, and {@code found} is what is to be measured by it. */
  Comparison compare(Figures found) {
    SortedMap<String, String> truth = all();
    SortedMap<String, String> others = found.all();
    TreeSet<String> names = new TreeSet<>(truth.keySet());
    names.addAll(others.keySet());
    TreeMap<String, int[]> groups = new TreeMap<>();
    List<String> differences = new ArrayList<>();
    for (String name : names) {
      int[] counts = groups.computeIfAbsent(group(name), g -> new int[2]);
      counts[0]++;
      String is = truth.getOrDefault(name, "-");
      String was = others.getOrDefault(name, "-");
      if (!is.equals(was)) {
        counts[1]++;
        differences.add(name + ": truth " + is + ", found " + was);
      }
    }
    StringBuilder table = new StringBuilder("group              figures  different\n");
    groups.forEach(
        (group, counts) ->
            table.append(String.format("%-18s %7d %10d%n", group, counts[0], counts[1])));
    return new Comparison(table.toString(), differences);
  }
}
