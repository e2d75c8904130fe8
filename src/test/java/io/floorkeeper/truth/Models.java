package io.floorkeeper.truth;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The models of {@code policies/truth.yaml} as the oracle knows them: written down once more. */
enum Models {
  TINY("small/tiny-1", 800, 80, 1_000, 4_000),
  HOUSE("house/house-llm", -1, -1, -1, -1),
  MEDIUM("mid/medium-1", 3_000, 300, 3_750, 15_000),
  GRAND("frontier/grand-1", 15_000, 1_500, 18_750, 75_000);

  /** What climbs after the model that started, for the one role whose ladder is walked. */
  static final Map<Models, List<Models>> FILE_OPS_LADDER =
      Map.of(TINY, List.of(MEDIUM, GRAND), MEDIUM, List.of(GRAND), GRAND, List.of());

  final String armKey;
  private final long inputNano;
  private final long readNano;
  private final long writeNano;
  private final long outputNano;

  /** In nano-dollars per token; below zero: nobody prices it. */
  Models(String armKey, long inputNano, long readNano, long writeNano, long outputNano) {
    this.armKey = armKey;
    this.inputNano = inputNano;
    this.readNano = readNano;
    this.writeNano = writeNano;
    this.outputNano = outputNano;
  }

  static Models ofArm(Installation installation, int armNo) {
    return Arrays.stream(values())
        .filter(model -> installation.arms().get(model.armKey) == armNo)
        .findFirst()
        .orElseThrow();
  }

  String modelName() {
    return armKey.substring(armKey.indexOf('/') + 1);
  }

  /** Null where it has no price. */
  Long nanoUsd(Usage usage) {
    return inputNano < 0
        ? null
        : inputNano * usage.uncached()
            + readNano * usage.read()
            + writeNano * usage.write()
            + outputNano * usage.out();
  }
}
