package io.floorkeeper.policy;

import java.time.Instant;
import java.util.List;

/**
 * Why a watched file or folder is not what is in force.
 *
 * @param source the file or folder
 * @param since when this was first met
 * @param findings at least one
 */
public record PolicyTrouble(String source, Instant since, List<Finding> findings) {
  public PolicyTrouble {
    findings = List.copyOf(findings);
  }

  /** In one line. */
  public String briefly() {
    return source
        + ": "
        + findings.get(0)
        + (findings.size() > 1 ? " (and " + (findings.size() - 1) + " more)" : "");
  }
}
