package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.bandit.PooledPrior.Sibling;
import java.util.List;
import org.junit.jupiter.api.Test;

class PooledPriorTest {

  @Test
  void withoutSiblingsItIsThePolicysOwn() {
    assertThat(PooledPrior.mean(.8, List.of())).isEqualTo(.8);
    assertThat(PooledPrior.mean(.8, List.of(new Sibling(0, Double.NaN)))).isEqualTo(.8);
    BetaPosterior bucket = PooledPrior.of(.8, List.of(), PooledPrior.BUCKET_WEIGHT);
    assertThat(bucket.a()).isCloseTo(12, within(1e-12));
    assertThat(bucket.b()).isCloseTo(3, within(1e-12));
  }

  @Test
  void siblingsPullByTheirLabelsUpToACap() {
    // (20*.8 + 30*.9) / 50
    assertThat(PooledPrior.mean(.8, List.of(new Sibling(30, .9)))).isCloseTo(.86, within(1e-12));
    // A sibling of a million labels counts as one of fifty: (20*.8 + 50*.9 + 50*.5) / 120
    assertThat(PooledPrior.mean(.8, List.of(new Sibling(1e6, .9), new Sibling(50, .5))))
        .isCloseTo(86 / 120.0, within(1e-12));
  }

  @Test
  void itRulesNothingOut() {
    List<Sibling> perfect = java.util.Collections.nCopies(100_000, new Sibling(50, 1));

    assertThat(PooledPrior.mean(.8, perfect)).isEqualTo(.999);
  }

  @Test
  void whatIsOutOfRangeIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PooledPrior.mean(1, List.of()))
        .withMessageStartingWith("ownMean");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sibling(-1, .5))
        .withMessageStartingWith("labels");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sibling(1, 1.5))
        .withMessageStartingWith("mean");
  }
}
