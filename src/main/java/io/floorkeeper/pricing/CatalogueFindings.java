package io.floorkeeper.pricing;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a catalogue, as much as anybody would read. */
final class CatalogueFindings {
  private static final int LONGEST = 300;

  private final List<String> all = new ArrayList<>();

  void add(String path, String message) {
    if (all.size() < CatalogueReader.MOST_FINDINGS) {
      String finding = path.isEmpty() ? message : path + ": " + message;
      all.add(finding.length() > LONGEST ? finding.substring(0, LONGEST) + "..." : finding);
    }
  }

  void throwIfAny() {
    if (!all.isEmpty()) {
      throw new InvalidCatalogueException(all);
    }
  }
}
