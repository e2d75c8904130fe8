package io.floorkeeper.policy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The policies that ship: to start from, to argue about, and to replay benchmarks with. */
public final class PolicyPresets {
  /** What a new installation runs with. */
  public static final String DEFAULT = "planner-frontier";

  private static final List<String> NAMES =
      List.of(DEFAULT, "worker-small-critic-frontier", "bfcl-claude3");

  private PolicyPresets() {}

  /** The default first. */
  public static List<String> names() {
    return NAMES;
  }

  /**
   * The preset as a policy.
   *
   * @throws IllegalArgumentException where {@link #names()} does not have it
   */
  public static Policy read(String name) {
    return PolicyReader.read(document(name), name + ".yaml");
  }

  /** The preset as its authors wrote it, comments included: the start of a policy of one's own. */
  public static String document(String name) {
    if (!NAMES.contains(name)) {
      throw new IllegalArgumentException("no preset is '" + name + "'" + Names.hint(name, NAMES));
    }
    try (InputStream in = PolicyPresets.class.getResourceAsStream("/policies/" + name + ".yaml")) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks policies/" + name + ".yaml");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException("policies/" + name + ".yaml", unreadable);
    }
  }
}
