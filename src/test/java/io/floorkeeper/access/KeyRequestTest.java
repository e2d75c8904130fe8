package io.floorkeeper.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Caller.Scope;
import io.floorkeeper.platform.Problem;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Nobody makes a key that is good for more than their own. */
class KeyRequestTest {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
  private static final Caller PLATFORM =
      new Caller("platform", 0, "default", true, Set.of(Scope.values()), null);
  private static final Caller ACME =
      new Caller("acme ops", 7, "acme", false, Set.of(Scope.ROUTE, Scope.OPERATE), "phi");

  @Test
  void whatIsNotSaidIsThatOfTheMaker() {
    String key = ApiKey.fresh();

    StoredKey entry = wanted(null, null, List.of("route"), null, null).entry(key, ACME, null, NOW);

    assertThat(entry.tenant()).isEqualTo("acme");
    assertThat(entry.allTenants()).isFalse();
    assertThat(entry.dataClass()).isEqualTo("phi");
    assertThat(entry.createdBy()).isEqualTo("acme ops");
    assertThat(entry.scopes()).containsExactly("route");
    assertThat(entry.hash()).isEqualTo(ApiKey.hash(key));
  }

  @Test
  void aPlatformKeyMakesKeysOfAnyTenantAndOfNone() {
    assertThat(
            entry(PLATFORM, wanted("globex", null, List.of("read", "read"), null, null)).scopes())
        .containsExactly("read");
    assertThat(entry(PLATFORM, wanted(null, true, List.of("policy"), null, null)).allTenants())
        .isTrue();
  }

  @Test
  void noKeyIsGoodForMoreThanItsMakers() {
    refused(ACME, wanted(null, null, List.of("route", "policy"), null, null), "scopes");
    refused(ACME, wanted("globex", null, List.of("route"), null, null), "tenant");
    refused(ACME, wanted(null, true, List.of("route"), null, null), "all_tenants");
    refused(ACME, wanted(null, null, List.of("route"), "public", null), "data_class");
    Instant goodUntil = NOW.plusSeconds(60);
    for (Instant late : new Instant[] {null, goodUntil.plusMillis(1)}) {
      assertThatThrownBy(
              () ->
                  wanted(null, null, List.of("route"), null, late)
                      .entry(ApiKey.fresh(), ACME, goodUntil, NOW))
          .isInstanceOfSatisfying(
              Problem.Forbidden.class,
              problem -> assertThat(problem.errors().get(0).field()).isEqualTo("expires_at"));
    }
  }

  @Test
  void whatCannotBeReadIsToldByItsField() {
    unreadable(new KeyRequest(null, null, null, List.of("read"), null, null), "name");
    unreadable(new KeyRequest(" ", null, null, List.of("read"), null, null), "name");
    unreadable(wanted("Acme", null, List.of("read"), null, null), "tenant");
    unreadable(wanted("a b", null, List.of("read"), null, null), "tenant");
    unreadable(wanted(null, null, null, null, null), "scopes");
    unreadable(wanted(null, null, List.of(), null, null), "scopes");
    unreadable(wanted(null, null, List.of("READ"), null, null), "scopes");
    unreadable(wanted(null, null, java.util.Arrays.asList("read", null), null, null), "scopes");
    unreadable(wanted(null, null, List.of("read"), "\0", null), "data_class");
    unreadable(wanted(null, null, List.of("read"), null, NOW), "expires_at");
    unreadable(wanted("globex", true, List.of("read"), null, null), "all_tenants");
  }

  @Test
  void aNameStaysWithinItsLineOfTheLog() {
    for (String forged :
        List.of("x\n12:00 WARN audit chain broken", "x\ry", "x\u001b[2Jy", "x\u2028y")) {
      unreadable(new KeyRequest(forged, null, null, List.of("read"), null, null), "name");
      unreadable(wanted(null, null, List.of("read"), forged, null), "data_class");
    }
  }

  private static KeyRequest wanted(
      String tenant, Boolean all, List<String> scopes, String dataClass, Instant expiresAt) {
    return new KeyRequest("test", tenant, all, scopes, dataClass, expiresAt);
  }

  private static StoredKey entry(Caller maker, KeyRequest request) {
    return request.entry(ApiKey.fresh(), maker, null, NOW);
  }

  private static void refused(Caller maker, KeyRequest request, String field) {
    assertThatThrownBy(() -> entry(maker, request))
        .isInstanceOfSatisfying(
            Problem.Forbidden.class,
            problem -> assertThat(problem.errors().get(0).field()).isEqualTo(field));
  }

  private static void unreadable(KeyRequest request, String field) {
    assertThatThrownBy(() -> entry(PLATFORM, request))
        .isInstanceOfSatisfying(
            Problem.BadRequest.class,
            problem -> assertThat(problem.errors().get(0).field()).isEqualTo(field));
  }
}
