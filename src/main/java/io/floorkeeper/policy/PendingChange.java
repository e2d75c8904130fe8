package io.floorkeeper.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A change of a watched file or folder between its first sight and its being taken. Half a document
 * can be a valid one, without the pins that were to follow: so what loosens waits longer.
 */
final class PendingChange {
  private final PolicyFiles files;
  private final Instant since;
  private PolicyDraft draft;

  /**
   * @param since when it was first seen like this
   */
  PendingChange(PolicyFiles files, Instant since) {
    this.files = files;
    this.since = since;
  }

  boolean isOf(String digest) {
    return files.digest().equals(digest);
  }

  PolicyFiles files() {
    return files;
  }

  /** When it has been the same for so long. */
  Instant after(Duration settleTime) {
    return since.plus(settleTime);
  }

  /**
   * What it says.
   *
   * @throws InvalidPolicyException with all findings
   */
  PolicyDraft draft(java.nio.file.Path path) {
    if (draft == null) {
      draft = PolicyWatch.draft(files, path);
    }
    return draft;
  }

  /**
   * What it takes away.
   *
   * @param pins names of pins that are loosened or removed
   * @param files names of files that are gone
   * @param lines the same as a diff tells it
   */
  record Loss(List<String> pins, List<String> files, List<String> lines) {
    static final Loss NONE = new Loss(List.of(), List.of(), List.of());

    boolean isNone() {
      return lines.isEmpty();
    }

    /** "this change loosens pin phi and drops 30-pins.yaml". */
    String inWords() {
      List<String> parts = new ArrayList<>();
      if (!pins.isEmpty()) {
        parts.add("loosens " + (pins.size() == 1 ? "pin " : "pins ") + String.join(", ", pins));
      }
      if (!files.isEmpty()) {
        parts.add("drops " + String.join(", ", files));
      }
      return "this change " + String.join(" and ", parts);
    }
  }

  /**
   * What it takes away from the policy in force, and from the files that were there; nothing where
   * it says what is in force.
   */
  Loss loss(Policy inForce, Set<String> filesBefore) {
    Policy after = draft.policy();
    if (after.digest().equals(inForce.digest())) {
      return Loss.NONE;
    }
    Set<String> gone = new TreeSet<>(filesBefore);
    gone.removeAll(files.names());
    List<String> lines =
        new ArrayList<>(
            PinDiff.lines(inForce.pins(), after.pins()).stream()
                .filter(line -> line.startsWith(PinDiff.LOUD))
                .toList());
    gone.forEach(file -> lines.add("FILE DROPPED: " + file));
    return new Loss(
        PinDiff.loosened(inForce.pins(), after.pins()), List.copyOf(gone), List.copyOf(lines));
  }
}
