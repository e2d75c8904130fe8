package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.floorkeeper.policy.PolicyReader;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 in the middle of publishing: the old version or the new one, never half of one. */
class PolicyKillIT {
  private static final Path POLICY = Path.of("src/test/resources/policies/journey.yaml");
  private static final int KILLS = Integer.getInteger("kills", 8);
  private static final long SEED = 20261125;

  @TempDir Path folder;

  @Test
  void killedWhilePublishingItHasTheOldVersionOrTheNew() {
    Random random = new Random(SEED);
    try (Replicas replicas = new Replicas(folder)) {
      ServiceProcess service = replicas.replica(POLICY);
      Ledger ledger = replicas.ledger();
      AtomicInteger written = new AtomicInteger();
      int inFlight = 0;
      for (int kill = 0; kill < KILLS; kill++) {
        Replicas.live(service.start());
        String document = ledger.text("select document from policy_version where version = 1");
        int inForce = version(ledger);
        assertThat(service.policy().path("version").asInt()).isEqualTo(inForce);
        AtomicInteger told = new AtomicInteger(inForce);
        Thread writer =
            new Thread(
                () -> {
                  String digest = service.policy().path("digest").asText();
                  try {
                    while (true) {
                      HttpResponse<String> answer =
                          service.putPolicy(
                              withRole(document, "r" + written.incrementAndGet()), digest, "again");
                      assertThat(answer.statusCode()).isEqualTo(201);
                      told.set(ServiceProcess.json(answer).path("version").asInt());
                      digest = ServiceProcess.json(answer).path("digest").asText();
                    }
                  } catch (UncheckedIOException killed) {
                    // the end of this round
                  }
                });
        writer.start();
        await().atMost(Duration.ofSeconds(20)).until(() -> told.get() > inForce);
        LockSupport.parkNanos(random.nextLong(200_000_000));
        service.kill();
        await().atMost(Duration.ofSeconds(20)).until(() -> !writer.isAlive());

        // PostgreSQL ends the transaction of whoever went away
        await()
            .atMost(Duration.ofSeconds(10))
            .until(
                () ->
                    ledger.number(
                            "select count(*) from pg_stat_activity"
                                + " where application_name = 'floorkeeper'")
                        == 0);
        int newest = version(ledger);
        assertThat(newest)
            .as("what was told or what was under way")
            .isBetween(told.get(), told.get() + 1);
        inFlight += newest - told.get();
        assertWhole(ledger, newest);
      }
      Replicas.live(service.start());
      assertThat(service.policy().path("version").asInt()).isEqualTo(version(ledger));
      System.out.printf(
          "killed %d times while %d documents were published: %d versions whole, %d of them were in"
              + " force without an answer having told so (seed %d)%n",
          KILLS, written.get(), version(ledger), inFlight, SEED);
    }
  }

  /** Every version is complete: its document, its parent, the numbers of its roles, its record. */
  private static void assertWhole(Ledger ledger, int newest) {
    String document = ledger.text("select document from policy_version where version = " + newest);
    assertThat(PolicyReader.read(document, "recorded").digest())
        .isEqualTo(ledger.text("select digest from policy_version where version = " + newest));
    assertThat(ledger.number("select count(*) from policy_version")).isEqualTo(newest);
    assertThat(
            ledger.number(
                "select count(*) from policy_version v join policy_version p"
                    + " on p.version = v.version - 1 where v.parent_digest <> p.digest"))
        .isZero();
    assertThat(ledger.number("select count(*) from role where name like 'r%'"))
        .as("each version brought a role, and nothing else did")
        .isEqualTo(newest - 1);
    assertThat(ledger.number("select count(*) from audit_event where kind = 'policy.published'"))
        .isEqualTo(newest);
  }

  private static int version(Ledger ledger) {
    return (int) ledger.number("select max(version) from policy_version");
  }

  private static String withRole(String document, String role) {
    return document.replace("roles:\n", "roles:\n  " + role + ": {floor: {quality: .5}}\n");
  }
}
