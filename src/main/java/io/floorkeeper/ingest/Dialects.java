package io.floorkeeper.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The dialects, in the order to try: a span may be in several, the first that knows it reads it.
 * They are data ({@code dialects/*.json}, in the order of {@code dialects/order.json}); the code
 * names none of them. Immutable.
 */
public final class Dialects {
  private static final String FOLDER = "/dialects/";
  private static final String ORDER = "order.json";

  private final List<DialectDocument> ordered;
  private final Common common;
  private final KnownKeys knownKeys;
  private final Detection spans;
  private final Detection logs;

  /**
   * What all dialects share.
   *
   * @param order file names without their ending; one may extend those after it
   * @param agent attributes that name an agent in any dialect; before the dialect's own
   * @param costUsd attributes that report a cost in any dialect; after the dialect's own
   * @param neverRead attributes that hold what people and models said: no dialect may ask for them
   */
  private record Common(
      List<String> order, List<String> agent, List<String> costUsd, List<String> neverRead) {
    Common {
      neverRead = Data.listOf(neverRead);
      order = Data.listOf(order);
      agent = Data.keysOf(agent);
      costUsd = Data.keysOf(costUsd);
    }
  }

  private Dialects(List<DialectDocument> ordered, Common common) {
    this.ordered = List.copyOf(ordered);
    this.common = common;
    this.knownKeys =
        new KnownKeys(
            ordered.stream().map(DialectDocument::dialect).toList(),
            Stream.concat(common.agent.stream(), common.costUsd.stream()).toList());
    this.spans = detection(Dialect.Signal.SPANS);
    this.logs = detection(Dialect.Signal.LOGS);
  }

  private Detection detection(Dialect.Signal signal) {
    return new Detection(
        ordered.stream()
            .map(DialectDocument::dialect)
            .filter(dialect -> dialect.signal() == signal)
            .map(dialect -> new DialectRules(dialect, agentKeys(), common.costUsd))
            .toList());
  }

  /** Those that ship with the service. */
  public static Dialects bundled() {
    Common common = DialectDocument.read(ORDER, resource(ORDER), Common.class);
    Map<String, DialectDocument> known = new HashMap<>();
    List<DialectDocument> ordered = new ArrayList<>();
    for (int i = common.order.size() - 1; i >= 0; i--) {
      String file = common.order.get(i) + ".json";
      DialectDocument document = DialectDocument.parse(file, resource(file), known);
      requireNoText(file, document.dialect(), common);
      known.put(document.dialect().id(), document);
      ordered.add(0, document);
    }
    return new Dialects(ordered, common);
  }

  /**
   * These and another one in front of them; one of the same id is replaced.
   *
   * @param origin where the document comes from, for the error
   * @throws InvalidDialectException where the document is not a dialect's
   */
  public Dialects with(String origin, String document) {
    Map<String, DialectDocument> known = new HashMap<>();
    ordered.forEach(one -> known.put(one.dialect().id(), one));
    DialectDocument added = DialectDocument.parse(origin, document, known);
    requireNoText(origin, added.dialect(), common);
    List<DialectDocument> all = new ArrayList<>(ordered);
    all.removeIf(one -> one.dialect().id().equals(added.dialect().id()));
    all.add(0, added);
    return new Dialects(all, common);
  }

  /**
   * These and those of files, and of folders all {@code *.json} in them by name, in front: the
   * first of all is tried first.
   *
   * @throws InvalidDialectException which file, where in it and why
   */
  public Dialects with(List<Path> filesAndFolders) {
    Map<Path, String> documents = new LinkedHashMap<>();
    for (Path path : filesAndFolders) {
      for (Path file : files(path)) {
        documents.put(file, text(file));
      }
    }
    List<Path> files = new ArrayList<>(documents.keySet());
    Map<String, Path> origins = new HashMap<>();
    Dialects all = this;
    // The last is put in front first; so one may extend those that are tried after it.
    for (int i = files.size() - 1; i >= 0; i--) {
      Path file = files.get(i);
      all = all.with(file.toString(), documents.get(file));
      String id = all.ordered.get(0).dialect().id();
      Path twin = origins.putIfAbsent(id, file);
      if (twin != null) {
        throw new InvalidDialectException(file.toString(), "id", id + " is also that of " + twin);
      }
    }
    return all;
  }

  /** In the order in which they are tried. */
  public List<String> ids() {
    return ordered.stream().map(one -> one.dialect().id()).toList();
  }

  /** The rules of the first that knows it; null: none does. */
  DialectRules of(RawSpan span) {
    return (span.signal() == RawSpan.Signal.LOG ? logs : spans).of(span);
  }

  KnownKeys knownKeys() {
    return knownKeys;
  }

  /** Where a span of any dialect or of none may name its role, in the order to try. */
  List<String> agentKeys() {
    return Stream.concat(Stream.of(FloorkeeperKeys.ROLE), common.agent.stream()).toList();
  }

  /**
   * How a judgement is written as an event, by the event's name: of the first dialect that says.
   */
  Map<String, EvaluationKeys> evaluationEvents() {
    Map<String, EvaluationKeys> events = new HashMap<>();
    ordered.forEach(one -> one.dialect().evaluationEvents().forEach(events::putIfAbsent));
    return events;
  }

  /**
   * What people and models said is looked into for amounts alone, within its JSON: some frameworks
   * write a token count nowhere else.
   */
  private static void requireNoText(String origin, Dialect dialect, Common common) {
    Condition.Names text = new Condition.Names(common.neverRead);
    Stream.concat(
            dialect.keysButAmounts().filter(key -> text.hold(JsonMember.attributeOf(key))),
            dialect.keys().amounts().filter(text::hold))
        .findFirst()
        .ifPresent(
            key -> {
              throw new InvalidDialectException(
                  origin, "", key + " holds what was said to a model or by it: it is never read");
            });
  }

  private static List<Path> files(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> files = Files.list(path)) {
      List<Path> found = files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
      if (found.isEmpty()) {
        throw new InvalidDialectException(path.toString(), "", "holds no *.json");
      }
      return found;
    } catch (IOException e) {
      throw new InvalidDialectException(path.toString(), "", "cannot be read: " + e.getMessage());
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new InvalidDialectException(
          file.toString(),
          "",
          Files.exists(file) ? "cannot be read as UTF-8 text" : "does not exist");
    }
  }

  private static String resource(String file) {
    try (InputStream in = Dialects.class.getResourceAsStream(FOLDER + file)) {
      if (in == null) {
        throw new InvalidDialectException(file, "", "is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
