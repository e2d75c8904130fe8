package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.floorkeeper.pricing.Fixture;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A price file beside a running service: what it says is what calls and decisions cost. */
class PricesIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  private static final String POLICY =
      """
      tiers:
        - name: small
          models:
            - {name: anvil-2-1, provider: acme}
            - {name: anvil-1, provider: acme, service_tiers: {batch: 0.5}}
        - name: frontier
          models: [{name: grand-1, provider: acme, price: {input_usd_per_million: 15, output_usd_per_million: 75}}]
      roles:
        worker: {floor: {quality: 0.8}, preset: frontier, graduation: {min_traces: 0}, label_rate: 1}
      """;

  @TempDir Path folder;

  @Test
  void whatTheFileSaysIsWhatCallsAndDecisionsCost() throws IOException {
    Path policy = Files.writeString(folder.resolve("policy.yaml"), POLICY);
    Path prices = Files.writeString(folder.resolve("prices.json"), Fixture.text());
    try (ServiceProcess service =
            ServiceProcess.embedded(
                    folder,
                    policy,
                    Map.of(
                        "floorkeeper.prices.file", prices.toString(),
                        "floorkeeper.prices.watch-interval", "PT0.2S",
                        "floorkeeper.prices.settle-time", "PT0.2S"))
                .start();
        Spans spans = new Spans(service.kafka())) {
      Ledger ledger = Ledger.embedded(service);
      await().atMost(SOON).until(() -> service.role("worker").path("policy_version").asInt() == 1);
      String first = Fixture.catalogue().digest();
      assertThat(prices(service).at("/catalogue/digest").asText()).isEqualTo(first);
      assertThat(costUsd(service, "anvil-2-1")).isLessThan(costUsd(service, "anvil-1"));

      // Given calls that no decision stands behind: of the policy, of the catalogue, of nobody
      spans.send(
          call("acme", "anvil-2-1", 1_000, 200, .002_000),
          call("acme", "anvil-1", 1_000, 200, .009_000)
              .addAttributes(Spans.text("openai.response.service_tier", "batch")),
          call("resale", "embed", 1_000_000, 0, 0),
          call("acme", "anvli-7", 1_000, 200, 0));
      await().atMost(SOON).until(() -> ledger.number("select count(*) from call") == 4);
      // Then each is priced by its provider, its model and its tier of service; 0 is nobody's price
      assertThat(nanoUsd(ledger, "anvil-2-1")).isEqualTo("2000000");
      assertThat(nanoUsd(ledger, "anvil-1")).isEqualTo("3000000");
      assertThat(nanoUsd(ledger, "embed")).isEqualTo("20000000");
      assertThat(nanoUsd(ledger, "anvli-7")).isNull();
      JsonNode gap = ServiceProcess.json(service.get("/ingest")).at("/unpriced/models").path(0);
      assertThat(gap.path("model").asText()).isEqualTo("anvli-7");
      assertThat(gap.path("suggestions").toString()).contains("acme/anvil-1");
      JsonNode reported = prices(service).path("reported_cost");
      assertThat(reported.path("calls").asInt()).isEqualTo(2);
      assertThat(reported.path("beyond_1_percent").asInt()).isEqualTo(1);
      assertThat(reported.path("reported_over_priced").asDouble()).isCloseTo(2.2, within(1e-9));
      assertThat(reported.at("/farthest/0/model").asText()).isEqualTo("anvil-1");

      // When another file comes
      String dearer =
          Fixture.text()
              .replace(
                  "{\"input_mtok\": 1, \"output_mtok\": 5}",
                  "{\"input_mtok\": 90, \"output_mtok\": 450}");
      replace(prices, dearer);
      // Then routing weighs it without a new span, and the next call is priced by it
      await().atMost(SOON).until(() -> costUsd(service, "anvil-2-1") > costUsd(service, "anvil-1"));
      spans.send(call("acme", "anvil-2-2", 1_000, 200, 0));
      await().atMost(SOON).until(() -> ledger.number("select count(*) from call") == 5);
      assertThat(nanoUsd(ledger, "anvil-2-2")).isEqualTo("180000000");
      assertThat(nanoUsd(ledger, "anvil-2-1")).as("what is booked is booked").isEqualTo("2000000");
      assertThat(ledger.number("select count(*) from price_catalogue")).isEqualTo(2);

      // When it breaks
      String second = prices(service).at("/catalogue/digest").asText();
      replace(prices, dearer.replace("\"regex\"", "\"sounds_like\""));
      await()
          .atMost(SOON)
          .until(() -> prices(service).at("/catalogue/trouble").asText().contains("sounds_like"));
      // Then the last good one stays, and it is told wherever one looks
      assertThat(prices(service).at("/catalogue/digest").asText()).isEqualTo(second);
      assertThat(costUsd(service, "anvil-2-1")).isGreaterThan(costUsd(service, "anvil-1"));
      assertThat(service.get("/q/health/well").statusCode()).isEqualTo(503);
      assertThat(service.get("/q/health/ready").statusCode()).isEqualTo(200);
      assertThat(service.get("/q/metrics").body()).contains("floorkeeper_prices_file_trouble 1.0");

      // Also over a restart
      service.stop();
      service.start();
      await()
          .atMost(SOON)
          .until(() -> prices(service).at("/catalogue/digest").asText().equals(second));
      assertThat(prices(service).at("/catalogue/trouble").asText()).contains("sounds_like");
      await().atMost(SOON).until(() -> costUsd(service, "anvil-2-1") > costUsd(service, "anvil-1"));

      // A policy that refers to what the catalogue has not is refused with what it has
      HttpResponse<String> refused =
          service.ask(
              "POST",
              "/policy/validate",
              POLICY.replace(
                  "{name: anvil-2-1, provider: acme}",
                  "{name: anvil-2-1, provider: acme, catalogue: acme/anvli-2}"),
              "Content-Type",
              "application/yaml");
      assertThat(refused.statusCode()).isEqualTo(422);
      assertThat(refused.body()).contains("did you mean 'acme/anvil-2'?");
    }
  }

  private static Span.Builder call(
      String provider, String model, long input, long output, double reportedUsd) {
    Span.Builder span = Spans.call("", model);
    span.clearAttributes()
        .addAttributes(Spans.text("gen_ai.operation.name", "chat"))
        .addAttributes(Spans.text("gen_ai.provider.name", provider))
        .addAttributes(Spans.text("gen_ai.response.model", model))
        .addAttributes(Spans.number("gen_ai.usage.input_tokens", input))
        .addAttributes(Spans.number("gen_ai.usage.output_tokens", output));
    return reportedUsd == 0
        ? span
        : span.addAttributes(
            KeyValue.newBuilder()
                .setKey("gen_ai.usage.cost.amount")
                .setValue(AnyValue.newBuilder().setDoubleValue(reportedUsd)));
  }

  private static JsonNode prices(ServiceProcess service) {
    return ServiceProcess.json(service.get("/ingest")).path("prices");
  }

  private static double costUsd(ServiceProcess service, String model) {
    for (JsonNode candidate : service.role("worker").path("candidates")) {
      if (candidate.path("model").asText().equals(model)) {
        return candidate.path("cost_usd").asDouble();
      }
    }
    throw new AssertionError("no candidate " + model);
  }

  private static String nanoUsd(Ledger ledger, String model) {
    return ledger.text("select catalogue_nano_usd from call where model = '" + model + "'");
  }

  private static void replace(Path file, String content) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.writeString(next, content);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
