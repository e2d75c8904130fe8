package io.floorkeeper.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Callers;
import io.floorkeeper.platform.StartRefusedException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyRingTest {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

  @Test
  void aKeyIsItsIdAnd256BitsThatComeOnce() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      String key = ApiKey.fresh();

      String id = ApiKey.idOf(key);
      String secret = key.substring(("fk_" + id + "_").length());
      assertThat(id).matches("[0-9a-f]{12}");
      assertThat(Base64.getUrlDecoder().decode(secret)).hasSize(32);
      assertThat(ApiKey.checked(key, "test")).isEqualTo(key);
      seen.add(secret);
    }
    assertThat(seen).hasSize(1_000);
  }

  @Test
  void aKeyOpensWhatItsRowSays() {
    String key = ApiKey.fresh();
    KeyRing ring = ring(row(key, null, null));

    Caller caller = Callers.of(ring.authenticate(key, NOW.toEpochMilli()));

    assertThat(caller)
        .isEqualTo(
            new Caller(
                "test", 7, "acme", false, Set.of(Caller.Scope.ROUTE, Caller.Scope.READ), "phi"));
  }

  @Test
  void nothingButTheWholeKeyOpens() {
    String key = ApiKey.fresh();
    String other = ApiKey.fresh();
    KeyRing ring = ring(row(key, null, null));
    String id = ApiKey.idOf(key);

    for (String wrong :
        List.of(
            "",
            "fk_",
            "fk__",
            "fk_" + id,
            "fk_" + id + "_",
            key.substring(0, key.length() - 1),
            key + "A",
            key.toUpperCase(java.util.Locale.ROOT),
            "fk_" + id + other.substring(other.indexOf('_', 3)),
            other)) {
      assertThat(ring.authenticate(wrong, NOW.toEpochMilli())).as(wrong).isNull();
    }
  }

  @Test
  void aRevokedKeyOpensNothingAndAnExpiredOneFromItsMomentOn() {
    String revoked = ApiKey.fresh();
    String expiring = ApiKey.fresh();
    KeyRing ring = ring(row(revoked, null, NOW.minusSeconds(1)), row(expiring, NOW, null));

    assertThat(ring.authenticate(revoked, NOW.toEpochMilli())).isNull();
    assertThat(ring.authenticate(expiring, NOW.toEpochMilli() - 1)).isNotNull();
    assertThat(ring.authenticate(expiring, NOW.toEpochMilli())).isNull();
  }

  @Test
  void aFirstKeyThatIsTooWeakIsRefusedAndNotRepeated() {
    for (String weak : List.of("hunter2", "fk_first_tooshort", "fk_First_" + "a".repeat(64))) {
      assertThatThrownBy(() -> ApiKey.checked(weak, "the setting"))
          .isInstanceOf(StartRefusedException.class)
          .hasMessageContaining("the setting")
          .hasMessageNotContaining(weak);
    }
  }

  private static KeyRing ring(StoredKey... keys) {
    return new KeyRing(List.of(keys), Map.of("default", 0, "acme", 7));
  }

  private static StoredKey row(String key, Instant expires, Instant revoked) {
    return new StoredKey(
        ApiKey.idOf(key),
        ApiKey.hash(key),
        "test",
        7,
        "acme",
        false,
        List.of("route", "read"),
        "phi",
        NOW.minusSeconds(60),
        "maker",
        expires,
        revoked);
  }
}
