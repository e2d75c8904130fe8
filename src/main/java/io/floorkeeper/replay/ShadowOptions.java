package io.floorkeeper.replay;

import picocli.CommandLine.Option;

/** The options of a switch-on. */
final class ShadowOptions {
  @Option(
      names = "--shadow-passes",
      description =
          "in process: every role is in the shadow for so many passes, is reported on, and learns from"
              + " then on; what was stated is held against the truth and against what came")
  Integer passes;

  @Option(
      names = "--shadow-share",
      defaultValue = "0.2",
      description =
          "share of the shadowed tasks that is drawn, in [0, 0.5] (default: ${DEFAULT-VALUE})")
  double share;

  @Option(
      names = "--shadow-alpha",
      defaultValue = "0.05",
      description = "how often a stated interval may miss (default: ${DEFAULT-VALUE})")
  double alpha;

  boolean wanted() {
    return passes != null;
  }
}
