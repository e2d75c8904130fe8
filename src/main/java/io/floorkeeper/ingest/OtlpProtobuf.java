package io.floorkeeper.ingest;

import com.google.protobuf.WireFormat;
import io.floorkeeper.ingest.SpanDraft.Flaw;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Walks the wire format of {@code TracesData} and {@code LogsData}, which are the same down to the
 * spans and log records. What is damaged within one of these, or within the resource or the scope,
 * costs what it stands for; what is damaged around them costs the batch, because nothing then says
 * where the next one begins. The field numbers are those of the generated classes.
 */
final class OtlpProtobuf {
  private static final int LENGTH = WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int GROUPS = TracesData.RESOURCE_SPANS_FIELD_NUMBER << 3 | LENGTH;
  private static final int RESOURCE = ResourceSpans.RESOURCE_FIELD_NUMBER << 3 | LENGTH;
  private static final int RESOURCE_ATTRIBUTES = Resource.ATTRIBUTES_FIELD_NUMBER << 3 | LENGTH;
  private static final int SCOPED = ResourceSpans.SCOPE_SPANS_FIELD_NUMBER << 3 | LENGTH;
  private static final int SCOPE = ScopeSpans.SCOPE_FIELD_NUMBER << 3 | LENGTH;
  private static final int SCOPE_NAME = InstrumentationScope.NAME_FIELD_NUMBER << 3 | LENGTH;
  private static final int ITEMS = ScopeSpans.SPANS_FIELD_NUMBER << 3 | LENGTH;

  private final KnownKeys known;
  private final RawSpan.Signal expected;
  private final SpanDraft.Batch batch;

  private OtlpProtobuf(KnownKeys known, RawSpan.Signal expected, SpanDraft.Batch batch) {
    this.known = known;
    this.expected = expected;
    this.batch = batch;
  }

  /**
   * A whole record of spans or log records into the batch.
   *
   * @param expected of those that could be either
   */
  static void read(byte[] bytes, KnownKeys known, RawSpan.Signal expected, SpanDraft.Batch batch)
      throws IOException {
    OtlpProtobuf walk = new OtlpProtobuf(known, expected, batch);
    Wire wire = new Wire(bytes);
    wire.fields(
        tag -> {
          if (tag != GROUPS) {
            return false;
          }
          walk.group(wire);
          return true;
        });
  }

  /**
   * Whether the top level holds groups by resource and nothing else; a Jaeger span, say, holds
   * more.
   */
  static boolean holdsOnlyGroups(byte[] bytes) throws IOException {
    boolean[] foreign = {false};
    new Wire(bytes)
        .fields(
            tag -> {
              foreign[0] |= tag != GROUPS;
              return false;
            });
    return !foreign[0];
  }

  private void group(Wire wire) throws IOException {
    Map<String, Object> resource = new HashMap<>();
    Flaw[] flaw = {null};
    List<ScopedDraft> drafts = new ArrayList<>();
    wire.message(
        tag -> {
          switch (tag) {
            case RESOURCE -> {
              Wire part = wire.part();
              flaw[0] =
                  flaw(flaw[0], "resource", () -> part.fields(t -> resource(part, t, resource)));
            }
            case SCOPED -> scoped(wire, drafts);
            default -> {
              return false;
            }
          }
          return true;
        });
    // Only now: the resource may stand behind its spans.
    for (ScopedDraft draft : drafts) {
      Flaw around = flaw[0] != null ? flaw[0] : draft.scope().flaw;
      draft.item().finish(draft.scope().name, resource, around, batch);
    }
  }

  private boolean resource(Wire part, int tag, Map<String, Object> resource) throws IOException {
    if (tag != RESOURCE_ATTRIBUTES) {
      return false;
    }
    part.attribute(known::resource, resource);
    return true;
  }

  private static final class Scope {
    private String name = "";
    private Flaw flaw;
  }

  private record ScopedDraft(SpanDraft item, Scope scope) {}

  private void scoped(Wire wire, List<ScopedDraft> drafts) throws IOException {
    Scope scope = new Scope();
    wire.message(
        tag -> {
          switch (tag) {
            case SCOPE -> {
              Wire part = wire.part();
              scope.flaw = flaw(scope.flaw, "scope", () -> part.fields(t -> name(part, t, scope)));
            }
            case ITEMS -> drafts.add(new ScopedDraft(item(wire.part()), scope));
            default -> {
              return false;
            }
          }
          return true;
        });
  }

  private static boolean name(Wire part, int tag, Scope scope) throws IOException {
    if (tag != SCOPE_NAME) {
      return false;
    }
    scope.name = part.text();
    return true;
  }

  private SpanDraft item(Wire part) throws IOException {
    SpanDraft draft = batch.begin(ProtobufItem.signal(part, expected));
    Flaw damage =
        flaw(
            null,
            draft.signal == RawSpan.Signal.LOG ? "logRecord" : "span",
            () -> new ProtobufItem(part, known, draft).read());
    if (damage != null) {
      draft.flaw(damage);
    }
    return draft;
  }

  @FunctionalInterface
  private interface Reading {
    void run() throws IOException;
  }

  /** The flaw that there was, or the one that reading this shows; null: none. */
  private static Flaw flaw(Flaw before, String field, Reading reading) {
    try {
      reading.run();
      return before;
    } catch (IOException e) {
      // The library's messages are fixed texts, but nothing promises that they stay so.
      return before != null
          ? before
          : new Flaw("broken_protobuf", field, field + " is cut off or damaged");
    }
  }
}
