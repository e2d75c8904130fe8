package io.floorkeeper.command;

import io.floorkeeper.policy.Finding;
import java.io.PrintWriter;
import java.util.List;

/** Findings as people read them: where, what, and what would be right. */
final class PolicyFindings {
  private PolicyFindings() {}

  static void print(PrintWriter err, List<Finding> findings) {
    err.printf("the policy has %d finding(s):%n", findings.size());
    findings.forEach(finding -> print(err, finding.toString(), finding.suggestion()));
    err.flush();
  }

  static void print(PrintWriter err, String finding, String suggestion) {
    err.println("  " + finding);
    if (suggestion != null && !suggestion.isEmpty()) {
      err.println("    -> " + suggestion);
    }
  }
}
