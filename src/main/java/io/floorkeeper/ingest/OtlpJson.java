package io.floorkeeper.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import io.floorkeeper.ingest.SpanDraft.Flaw;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Streams one record of OTLP/JSON. Ids are hex; 64-bit numbers come as numbers or as strings;
 * unknown fields are ignored; names come in camel case (the specification) or in snake case (which
 * protobuf's own JSON allows). What is wrong within one span or log record is its own flaw; what is
 * wrong around them ends the batch.
 */
final class OtlpJson {
  private final JsonWalk walk;
  private final KnownKeys known;
  private final SpanDraft.Batch batch;

  private OtlpJson(JsonWalk walk, KnownKeys known, SpanDraft.Batch batch) {
    this.walk = walk;
    this.known = known;
    this.batch = batch;
  }

  /** It is JSON, but no batch of spans or log records. */
  static final class NotOtlpException extends IOException {
    private static final long serialVersionUID = 1L;

    NotOtlpException(String message) {
      super(message);
    }
  }

  /** A whole record of spans or log records into the batch. */
  static void read(byte[] bytes, JsonFactory factory, KnownKeys known, SpanDraft.Batch batch)
      throws IOException {
    try (JsonWalk walk = new JsonWalk(bytes, factory)) {
      new OtlpJson(walk, known, batch).document();
      if (walk.next() != null) {
        throw new NotOtlpException("more than one JSON document");
      }
    }
  }

  private void document() throws IOException {
    boolean[] seen = {false, false};
    walk.members(
        name -> {
          seen[0] = true;
          switch (name) {
            case "resourceSpans", "resource_spans", "resourceLogs", "resource_logs" -> {
              seen[1] = true;
              groups(this::group);
            }
            default -> walk.skip();
          }
        });
    if (seen[0] && !seen[1]) {
      throw new NotOtlpException("neither resourceSpans nor resourceLogs");
    }
  }

  private void group() throws IOException {
    Map<String, Object> resource = new HashMap<>();
    Flaw[] flaw = {null};
    List<ScopedDraft> drafts = new ArrayList<>();
    walk.members(
        name -> {
          switch (name) {
            case "resource" -> {
              if (walk.isObject("resource", f -> flaw[0] = f)) {
                walk.members(
                    inner -> {
                      if (inner.equals("attributes")) {
                        walk.attributes("resource", known::resource, resource, f -> flaw[0] = f);
                      } else {
                        walk.skip();
                      }
                    });
              }
            }
            case "scopeSpans", "scope_spans", "scopeLogs", "scope_logs" ->
                groups(() -> scoped(drafts));
            default -> walk.skip();
          }
        });
    // Only now: the resource may stand behind its spans.
    for (ScopedDraft draft : drafts) {
      Flaw around = flaw[0] != null ? flaw[0] : draft.scope().flaw;
      draft.item().finish(draft.scope().name, resource, around, batch);
    }
  }

  private static final class Scope {
    private String name = "";
    private Flaw flaw;
  }

  private record ScopedDraft(SpanDraft item, Scope scope) {}

  private void scoped(List<ScopedDraft> drafts) throws IOException {
    Scope scope = new Scope();
    walk.members(
        name -> {
          switch (name) {
            case "scope" -> {
              if (walk.isObject("scope", f -> scope.flaw = f)) {
                walk.members(
                    inner -> {
                      if (inner.equals("name")) {
                        scope.name = walk.text("scope.name", f -> scope.flaw = f);
                      } else {
                        walk.skip();
                      }
                    });
              }
            }
            case "spans" -> items(RawSpan.Signal.SPAN, scope, drafts);
            case "logRecords", "log_records" -> items(RawSpan.Signal.LOG, scope, drafts);
            default -> walk.skip();
          }
        });
  }

  private void items(RawSpan.Signal signal, Scope scope, List<ScopedDraft> drafts)
      throws IOException {
    if (walk.token() == JsonToken.VALUE_NULL) {
      return;
    }
    if (walk.token() != JsonToken.START_ARRAY) {
      throw new NotOtlpException("spans or logRecords is not an array");
    }
    while (walk.next() != JsonToken.END_ARRAY) {
      SpanDraft draft = batch.begin(signal);
      if (walk.token() == JsonToken.START_OBJECT) {
        new JsonItem(walk, known, draft).read();
      } else {
        draft.flaw(Flaw.wrongType(signal == RawSpan.Signal.LOG ? "logRecord" : "span"));
        walk.skip();
      }
      drafts.add(new ScopedDraft(draft, scope));
    }
  }

  /** The objects of an array around the spans; null stands for nothing. */
  private void groups(JsonWalk.Element element) throws IOException {
    boolean[] wrong = {false};
    walk.objects("", f -> wrong[0] = true, element);
    if (wrong[0]) {
      throw new NotOtlpException("around the spans something is of the wrong type");
    }
  }
}
