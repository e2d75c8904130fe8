package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.ledger.ChainLink;
import io.floorkeeper.ledger.ChainMark;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Each record gets its place, and a hash that holds all before it. */
class DecisionChainTest {
  private static final ChainMark OPEN =
      new ChainMark(ChainMark.Kind.OPEN, 7, Instant.EPOCH, 0, "format 1");
  private static final ChainMark GAP =
      new ChainMark(ChainMark.Kind.GAP, 7, Instant.EPOCH, 3, "the queue was full");

  private final UUID id = new UUID(1, 2);

  @Test
  void placesAreDenseAndStartAtOne() {
    DecisionChain chain = new DecisionChain(id);

    assertThat(chain.isNew()).isTrue();
    assertThat(accepted(chain, OPEN).position()).isEqualTo(1);
    assertThat(accepted(chain, GAP).position()).isEqualTo(2);
    assertThat(chain.isNew()).isFalse();
  }

  @Test
  void theSameRecordHashesOtherwiseAtAnotherPlaceAndInAnotherChain() {
    DecisionChain chain = new DecisionChain(id);
    ChainLink first = accepted(chain, OPEN);
    ChainLink second = accepted(chain, OPEN);
    ChainLink elsewhere = accepted(new DecisionChain(new UUID(1, 3)), OPEN);

    assertThat(first.hash()).isNotEqualTo(second.hash()).isNotEqualTo(elsewhere.hash());
  }

  @Test
  void aLinkThatIsNotAcceptedLeavesNoHole() {
    DecisionChain chain = new DecisionChain(id);
    accepted(chain, OPEN);

    chain.link(OPEN);
    ChainLink afterwards = accepted(chain, GAP);

    DecisionChain without = new DecisionChain(id);
    accepted(without, OPEN);
    assertThat(afterwards).isEqualTo(accepted(without, GAP));
  }

  private static ChainLink accepted(DecisionChain chain, ChainMark mark) {
    ChainLink link = chain.link(mark);
    chain.accept();
    return link;
  }
}
