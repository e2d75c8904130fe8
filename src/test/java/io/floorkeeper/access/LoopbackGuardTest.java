package io.floorkeeper.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.floorkeeper.platform.Problem;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Without keys, the pages in this machine's browser stay outside. */
class LoopbackGuardTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LOCALHOST:8080",
        "127.0.0.1:8080",
        "127.1.2.3",
        "[::1]",
        "[::1]:8080"
      })
  void thisMachineIsAnswered(String host) {
    assertThatCode(() -> LoopbackGuard.require(host, null, "http")).doesNotThrowAnyException();
    assertThatCode(() -> LoopbackGuard.require(host, "http://" + host, "http"))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:8080",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.0.0.1@evil.example",
        "0.0.0.0:8080",
        "[::ffff:10.0.0.1]",
        "192.168.0.1",
        ""
      })
  void aNameThatOthersPointHereIsNot(String host) {
    refused(host, null, "Host");
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:8080,http://evil.example",
    "127.0.0.1:8080,null",
    "127.0.0.1:8080,''",
    "127.0.0.1:8080,http://127.0.0.1:3000",
    "127.0.0.1:8080,https://127.0.0.1:8080",
    "localhost:8080,http://127.0.0.1:8080"
  })
  void norIsAnotherOrigin(String host, String origin) {
    refused(host, origin, "Origin");
  }

  private static void refused(String host, String origin, String field) {
    assertThatThrownBy(() -> LoopbackGuard.require(host, origin, "http"))
        .isInstanceOfSatisfying(
            Problem.Forbidden.class,
            problem -> {
              assertThat(problem.code()).isEqualTo("cross_origin");
              assertThat(problem.errors().get(0).field()).isEqualTo(field);
            });
  }
}
