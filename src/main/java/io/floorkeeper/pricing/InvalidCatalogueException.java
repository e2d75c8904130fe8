package io.floorkeeper.pricing;

import java.util.List;

/** A catalogue that cannot be used. */
public final class InvalidCatalogueException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int MOST_SHOWN = 3;

  private final transient List<String> findings;

  InvalidCatalogueException(List<String> findings) {
    super(
        String.join("; ", findings.subList(0, Math.min(MOST_SHOWN, findings.size())))
            + (findings.size() > MOST_SHOWN
                ? "; and " + (findings.size() - MOST_SHOWN) + " more"
                : ""));
    this.findings = List.copyOf(findings);
  }

  /** What is wrong, each with its place; at most {@value CatalogueReader#MOST_FINDINGS}. */
  public List<String> findings() {
    return findings;
  }
}
