package io.floorkeeper.posterior;

import java.util.Comparator;

/** Which evidence row: ordered, so that every transaction locks rows in one order. */
public record EvidenceKey(int roleNo, int bucket, int armNo, int block)
    implements Comparable<EvidenceKey> {

  private static final Comparator<EvidenceKey> ORDER =
      Comparator.comparingInt(EvidenceKey::roleNo)
          .thenComparingInt(EvidenceKey::bucket)
          .thenComparingInt(EvidenceKey::armNo)
          .thenComparingInt(EvidenceKey::block);

  @Override
  public int compareTo(EvidenceKey other) {
    return ORDER.compare(this, other);
  }
}
