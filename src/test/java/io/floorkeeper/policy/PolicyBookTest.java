package io.floorkeeper.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.floorkeeper.policy.PolicyBook.Published;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyBookTest {
  private final Policy policy = PolicyReader.read(Documents.with(""), "test.yaml");
  private final PolicyBook book = new PolicyBook(new Published(1, policy));

  @Test
  void whatIsPublishedIsInForce() {
    // Given
    Published second = new Published(2, policy);
    // When
    book.publish(second);
    // Then
    assertThat(book.current()).isSameAs(second);
  }

  @Test
  void newsThatComeLateOrTwiceChangeNothing() {
    // Given
    List<Integer> heard = new ArrayList<>();
    book.onPublish(published -> heard.add(published.version()));
    // When
    List.of(3, 2, 3, 4).forEach(version -> book.publish(new Published(version, policy)));
    // Then
    assertThat(book.current().version()).isEqualTo(4);
    assertThat(heard).containsExactly(1, 3, 4);
  }

  @Test
  void aListenerThatFailsKeepsNoOtherFromHearing() {
    // Given
    List<Integer> heard = new ArrayList<>();
    book.onPublish(
        published -> {
          if (published.version() > 1) {
            throw new IllegalStateException("deaf");
          }
        });
    book.onPublish(published -> heard.add(published.version()));
    // When
    assertThatThrownBy(() -> book.publish(new Published(2, policy))).hasMessage("deaf");
    // Then
    assertThat(heard).containsExactly(1, 2);
    assertThat(book.current().version()).isEqualTo(2);
  }

  @Test
  void versionsStartAtOne() {
    assertThatThrownBy(() -> new Published(0, policy)).hasMessageContaining("start at 1");
  }
}
