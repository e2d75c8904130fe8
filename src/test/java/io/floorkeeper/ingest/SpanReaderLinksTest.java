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
  void anInstanceOfAnAgentIsNoRole() {
    String uuid = "3F2504e0-4f89-41d3-9a0c-0305e82c3301";
    Map<String, Object> shop = Map.of("service.name", "shop");

    assertThat(role("x", Map.of(), span("gen_ai.agent.id", uuid))).isEmpty();
    assertThat(role("x", Map.of(), span("gen_ai.agent.id", "agent-" + uuid))).isEmpty();
    assertThat(role("x", Map.of(), span("gen_ai.agent.id", uuid.replace("-", "")))).isEmpty();
    assertThat(role("x", Map.of(), span("gen_ai.agent.id", "asst_Hk2")))
        .containsExactly("asst_Hk2", "gen_ai.agent.id");
    assertThat(role("x", Map.of(), span("floorkeeper.role", uuid)))
        .containsExactly(uuid, "floorkeeper.role");
    assertThat(Readings.call(batch("x", shop, chat("gen_ai.agent.id", uuid)).toByteArray()).role())
        .contains("shop");
  }

  @Test
  void aSpanWithoutATimeLinksNothing() {
    Span.Builder timeless =
        span("gen_ai.operation.name", "invoke_agent")
            .clearStartTimeUnixNano()
            .clearEndTimeUnixNano();

    assertThat(((SpanReading.NotACall) read(timeless)).link()).isEmpty();
  }

  @Test
  void aLinkThatPointsNowhereCostsNothingButItself() {
    // Given
    Span.Builder linked =
        chat()
            .addLinks(Span.Link.newBuilder())
            .addLinks(
                Span.Link.newBuilder()
                    .setTraceId(Otlp.bytes(Otlp.TRACE))
                    .setSpanId(Otlp.bytes(PARENT)));

    for (byte[] value : List.of(batch(linked).toByteArray(), Otlp.json(batch(linked)))) {
      // When
      Decoded.Spans spans = (Decoded.Spans) new OtlpDecoder(Dialects.bundled()).decode(value);

      // Then
      assertThat(spans.rejected()).isEmpty();
      assertThat(spans.badLinks()).isEqualTo(1);
      assertThat(spans.spans().get(0).links())
          .containsExactly(new RawSpan.Link(Otlp.TRACE, PARENT));
    }
  }

  private static Span.Builder chat(Object... more) {
    Span.Builder chat = span("gen_ai.operation.name", "chat", "gen_ai.request.model", "m");
    for (int i = 0; i < more.length; i += 2) {
      chat.addAttributes(Otlp.attribute((String) more[i], more[i + 1]));
    }
    return chat;
  }

  private static List<String> role(String scope, Map<String, Object> resource, Span.Builder span) {
    SpanReading reading = read(batch(scope, resource, span).toByteArray());
    SpanLink link = ((SpanReading.NotACall) reading).link().orElseThrow();
    return link.role().isEmpty() ? List.of() : List.of(link.role().get(), link.roleSource().get());
  }
}
