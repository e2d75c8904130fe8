package io.floorkeeper.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.floorkeeper.ingest.PayloadExplanation;
import io.floorkeeper.ingest.SpanExplanation;
import io.floorkeeper.ingest.SpanExplanation.TakenFor;
import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Prints what payloads were taken for: for people, or a JSON object for each item. */
abstract sealed class ExplanationPrinter {
  final PrintWriter out;
  private int payloads;

  private ExplanationPrinter(PrintWriter out) {
    this.out = out;
  }

  void print(PayloadExplanation payload) {
    payloads++;
    payload.trouble().ifPresent(trouble -> undecodable(payloads, trouble));
    payload.items().forEach(item -> item(payloads, item));
  }

  abstract void undecodable(int payload, String trouble);

  abstract void item(int payload, SpanExplanation item);

  /** After the last payload. */
  abstract void end();

  static boolean isTroubled(PayloadExplanation payload) {
    return payload.trouble().isPresent()
        || payload.items().stream().anyMatch(item -> item.takenFor() == TakenFor.REJECTED);
  }

  private static String word(TakenFor takenFor) {
    return takenFor.name().toLowerCase(Locale.ROOT);
  }

  /** For people. */
  static final class Words extends ExplanationPrinter {
    private final Map<TakenFor, Integer> counts = new EnumMap<>(TakenFor.class);
    private int undecodable;

    Words(PrintWriter out) {
      super(out);
    }

    @Override
    void undecodable(int payload, String trouble) {
      undecodable++;
      out.printf("payload %d: a dead letter, %s%n%n", payload, trouble);
    }

    @Override
    void item(int payload, SpanExplanation item) {
      counts.merge(item.takenFor(), 1, Integer::sum);
      out.printf(
          "%s %s  %s%s%n",
          item.signal().isEmpty() ? "item" : item.signal(),
          item.spanId().isEmpty() ? "-" : item.spanId(),
          word(item.takenFor()).replace('_', ' ').toUpperCase(Locale.ROOT),
          item.name().isEmpty() ? "" : "  \"" + printable(item.name()) + "\"");
      item.why().forEach(why -> out.printf("  %s%n", printable(why)));
      item.facts()
          .forEach(
              fact ->
                  out.printf(
                      "    %-20s %-28s %s%n",
                      fact.name(), printable(fact.value()), printable(fact.from())));
      item.evaluations()
          .forEach(
              judgement ->
                  out.printf(
                      "    %-20s %-28s %s%n",
                      "evaluation",
                      printable(judgement.name() + ": " + judgement.said()),
                      "of " + printable(judgement.of())));
      out.println();
    }

    @Override
    void end() {
      String items =
          counts.entrySet().stream()
              .map(e -> e.getValue() + " " + word(e.getKey()))
              .collect(Collectors.joining(", "));
      out.printf(
          "%s%s%n",
          items.isEmpty() ? "no spans" : items,
          undecodable == 0 ? "" : ", " + undecodable + " payloads that are no OTLP");
    }

    /** Names come from outside: none of them moves the cursor. */
    private static String printable(String text) {
      return text.replaceAll("\\p{Cntrl}", "?");
    }
  }

  /** For machines. */
  static final class Json extends ExplanationPrinter {
    private final ObjectMapper json = new ObjectMapper();

    Json(PrintWriter out) {
      super(out);
    }

    @Override
    void undecodable(int payload, String trouble) {
      out.println(
          json.createObjectNode()
              .put("payload", payload)
              .put("taken_for", "undecodable")
              .put("why", trouble));
    }

    @Override
    void item(int payload, SpanExplanation item) {
      ObjectNode node =
          json.createObjectNode()
              .put("payload", payload)
              .put("taken_for", word(item.takenFor()))
              .put("signal", item.signal())
              .put("trace_id", item.traceId())
              .put("span_id", item.spanId())
              .put("name", item.name())
              .put("dialect", item.dialect());
      item.why().forEach(node.putArray("why")::add);
      ObjectNode facts = node.putObject("facts");
      item.facts()
          .forEach(
              fact ->
                  facts.putObject(fact.name()).put("value", fact.value()).put("from", fact.from()));
      ArrayNode evaluations = node.putArray("evaluations");
      item.evaluations()
          .forEach(
              judgement ->
                  evaluations
                      .addObject()
                      .put("name", judgement.name())
                      .put("said", judgement.said())
                      .put("of", judgement.of()));
      out.println(node);
    }

    @Override
    void end() {
      // each line stands for itself
    }
  }
}
