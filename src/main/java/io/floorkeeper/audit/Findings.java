package io.floorkeeper.audit;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** All findings counted, the first of them kept. */
public final class Findings {
  private final int most;
  private final List<AuditFinding> shown = new ArrayList<>();
  private final Map<AuditFinding.Kind, Long> byKind = new EnumMap<>(AuditFinding.Kind.class);
  private long total;

  /**
   * @param most that are kept
   */
  Findings(int most) {
    this.most = most;
  }

  void add(AuditFinding finding) {
    total++;
    byKind.merge(finding.kind(), 1L, Long::sum);
    if (shown.size() < most) {
      shown.add(finding);
    }
  }

  @JsonProperty("total")
  public long total() {
    return total;
  }

  /** How many of each kind. */
  @JsonProperty("by_kind")
  public Map<AuditFinding.Kind, Long> byKind() {
    return byKind;
  }

  /** The first of them, in the order in which they were found. */
  @JsonProperty("shown")
  public List<AuditFinding> shown() {
    return shown;
  }
}
