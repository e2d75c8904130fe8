package io.floorkeeper.policy;

import java.util.List;
import java.util.stream.Collectors;

/** A policy document that cannot be used; carries all findings at once. */
public final class InvalidPolicyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Finding> findings;

  public InvalidPolicyException(List<Finding> findings) {
    super(
        findings.stream()
            .map(Finding::toString)
            .collect(
                Collectors.joining(
                    "\n  ", "the policy has " + findings.size() + " finding(s):\n  ", "")));
    this.findings = List.copyOf(findings);
  }

  public List<Finding> findings() {
    return findings;
  }
}
