package io.floorkeeper.posterior;

import io.floorkeeper.bandit.BlockEvidence;
import java.util.List;
import java.util.Map;

/**
 * All evidence of one arm in one bucket of a role.
 *
 * @param blocks of first passes, oldest first
 * @param ladders by digest of an escalation ladder: what climbing it changed, oldest first
 * @param latencyBins calls by bin of {@code LatencySketch}
 */
public record ArmEvidence(
    int bucket,
    int armNo,
    List<BlockEvidence> blocks,
    Map<Integer, List<BlockEvidence>> ladders,
    Map<Integer, Long> latencyBins) {
  public ArmEvidence {
    blocks = List.copyOf(blocks);
    ladders = Map.copyOf(ladders);
    latencyBins = Map.copyOf(latencyBins);
  }

  /** Of an arm whose tasks never climbed. */
  public ArmEvidence(
      int bucket, int armNo, List<BlockEvidence> blocks, Map<Integer, Long> latencyBins) {
    this(bucket, armNo, blocks, Map.of(), latencyBins);
  }
}
