package io.floorkeeper.posterior;

import io.floorkeeper.bandit.BlockEvidence;
import java.util.List;
import java.util.Map;

/**
 * All evidence of one arm in one bucket of a role.
 *
 * @param blocks oldest first
 * @param latencyBins calls by bin of {@code LatencySketch}
 */
public record ArmEvidence(
    int bucket, int armNo, List<BlockEvidence> blocks, Map<Integer, Long> latencyBins) {
  public ArmEvidence {
    blocks = List.copyOf(blocks);
    latencyBins = Map.copyOf(latencyBins);
  }
}
