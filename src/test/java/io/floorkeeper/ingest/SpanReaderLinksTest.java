package io.floorkeeper.ingest;

import static io.floorkeeper.ingest.Otlp.batch;
import static io.floorkeeper.ingest.Otlp.span;
import static io.floorkeeper.ingest.Readings.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.ledger.SpanLink;
import io.opentelemetry.proto.trace.v1.Span;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What calls below a span that is none may need of it: where it hangs, and whose it is. */
class SpanReaderLinksTest {

  private static final String PARENT = "00f067aa0ba902b7";

  @Test
  void aSpanAroundCallsSaysWhereItHangsAndWhoseItIs() {
    // Given
    Span.Builder agent =
        span("gen_ai.operation.name", "invoke_agent", "gen_ai.agent.name", "critic")
            .setParentSpanId(Otlp.bytes(PARENT));

    // When
    SpanReading reading = read(agent);

    // Then
    assertThat(((SpanReading.NotACall) reading).link())
        .contains(
            new SpanLink(
                Otlp.TRACE,
                Otlp.SPAN,
                Optional.of(PARENT),
                Instant.parse("2026-09-21T14:13:20Z"),
                Optional.of("critic"),
                Optional.of("gen_ai.agent.name")));
  }

  @Test
  void theRoleOfAnAncestorIsItsOwnWordAlone() {
    Map<String, Object> resource = Map.of("service.name", "shop", "floorkeeper.role", "fleet");

    assertThat(role("http", resource, span("http.request.method", "GET"))).isEmpty();
    assertThat(role("http", resource, span("floorkeeper.role", "planner")))
        .containsExactly("planner", "floorkeeper.role");
    assertThat(role("pydantic-ai", Map.of(), span("agent_name", "joker")))
        .containsExactly("joker", "agent_name");
    assertThat(
            role("x", Map.of(), span("openinference.span.kind", "AGENT", "agent.name", "writer")))
        .containsExactly("writer", "agent.name");
    assertThat(
            role(
                "com.anthropic.claude_code.tracing",
                Map.of(),
                span("span.type", "tool", "subagent_type", "reviewer")))
        .containsExactly("reviewer", "subagent_type");
    assertThat(
            role(
                "io.quarkus.opentelemetry",
                Map.of(),
                span().setName("langchain4j.aiservices.Writer.write")))
        .containsExactly("Writer.write", "span name");
  }

  @Test
  void aRoleThatCannotBeUsedIsNone() {
    assertThat(role("x", Map.of(), span("floorkeeper.role", "a\0b"))).isEmpty();
    assertThat(role("x", Map.of(), span("floorkeeper.role", "long ".repeat(1_000)))).isEmpty();
  }

  @Test
  void aSpanWithoutATimeLinksNothing() {
    Span.Builder timeless =
        span("gen_ai.operation.name", "invoke_agent")
            .clearStartTimeUnixNano()
            .clearEndTimeUnixNano();

    assertThat(((SpanReading.NotACall) read(timeless)).link()).isEmpty();
  }

  private static List<String> role(String scope, Map<String, Object> resource, Span.Builder span) {
    SpanReading reading = read(batch(scope, resource, span).toByteArray());
    SpanLink link = ((SpanReading.NotACall) reading).link().orElseThrow();
    return link.role().isEmpty() ? List.of() : List.of(link.role().get(), link.roleSource().get());
  }
}
