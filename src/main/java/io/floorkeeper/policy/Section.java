package io.floorkeeper.policy;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * One object of the document, read key by key. A value of the wrong kind is a finding, and reads as
 * absent. A role's section falls back, key by key and each value as a whole, on {@code defaults}.
 */
final class Section {
  private static final int LONGEST_NAME = 200;

  private final String path;
  private final Shape shape;
  private final boolean broken;
  private final Map<String, Node> own;
  private final Optional<Section> fallback;
  private final Findings findings;
  private final Set<String> asked = new HashSet<>();

  private Section(
      String path, Shape shape, Map<String, Node> own, Section fallback, Findings findings) {
    this.path = path;
    this.shape = shape;
    this.broken = own == null;
    this.own = broken ? Map.of() : own;
    this.fallback = Optional.ofNullable(fallback);
    this.findings = findings;
    for (String key : this.own.keySet()) {
      if (!shape.keys().contains(key)) {
        findings.add(
            Names.path(path, key),
            "this version does not know this key" + findings.hint(key, shape.keys()));
      }
    }
  }

  /** The section at {@code node}; broken and empty, with a finding, where that is no object. */
  static Section of(String path, Shape shape, Node node, Section fallback, Findings findings) {
    Map<String, Node> members = node.members();
    if (members == null) {
      wrongKind(path, node, "an object", findings);
    }
    return new Section(path, shape, members, fallback, findings);
  }

  String path() {
    return path;
  }

  String path(String key) {
    Node node = own.get(key);
    return node == null && fallback.isPresent() && fallback.get().own.containsKey(key)
        ? fallback.get().path(key)
        : Names.path(path, key);
  }

  /** Whether the document says anything of {@code key}, be it wrong. */
  boolean has(String key) {
    return hasOwn(key) || fallback.map(f -> f.hasOwn(key)).orElse(false);
  }

  boolean hasOwn(String key) {
    return own.containsKey(key);
  }

  /** A key that was declared and never asked for would be ignored in silence. */
  void allRead() {
    if (!asked.containsAll(shape.keys())) {
      throw new IllegalStateException(shape + " has keys that nobody reads: read " + asked);
    }
  }

  void refuse(String key, String message) {
    findings.add(path(key), message);
  }

  private Optional<Node> find(String key) {
    if (!shape.keys().contains(key)) {
      throw new IllegalArgumentException(key + " is not declared in " + shape);
    }
    asked.add(key);
    Node node = own.get(key);
    return node == null ? fallback.flatMap(f -> f.find(key)) : Optional.of(node);
  }

  Optional<Section> section(String key, Shape shape) {
    return find(key)
        .map(node -> of(path(key), shape, node, null, findings))
        .filter(section -> !section.broken);
  }

  /** An empty section, to read the built-in defaults of what the document leaves out. */
  Section absent(String key, Shape shape) {
    return new Section(path(key), shape, Map.of(), null, findings);
  }

  List<Section> sections(String key, Shape shape) {
    List<Section> sections = new ArrayList<>();
    List<Node> items = nodes(key).orElse(List.of());
    for (int i = 0; i < items.size(); i++) {
      sections.add(of(Names.path(path(key), i), shape, items.get(i), null, findings));
    }
    return sections;
  }

  /** The members of an object whose keys are the user's own. */
  Map<String, Node> members(String key) {
    Optional<Node> node = find(key);
    if (node.isPresent() && node.get().members() == null) {
      wrongKind(path(key), node.get(), "an object", findings);
    }
    return node.map(Node::members).orElse(Map.of());
  }

  /** The texts of an object whose keys are the user's own. */
  Map<String, String> textsByName(String key) {
    Map<String, String> texts = new LinkedHashMap<>();
    members(key)
        .forEach(
            (name, value) ->
                text(Names.path(path(key), name), value, findings)
                    .ifPresent(text -> texts.put(name, text)));
    return texts;
  }

  /** The numbers of an object whose keys are the user's own. */
  Map<String, BigDecimal> numbersByName(String key) {
    Map<String, BigDecimal> numbers = new LinkedHashMap<>();
    members(key)
        .forEach(
            (name, value) ->
                number(Names.path(path(key), name), value)
                    .ifPresent(number -> numbers.put(name, number)));
    return numbers;
  }

  private Optional<List<Node>> nodes(String key) {
    Optional<Node> node = find(key);
    if (node.isPresent() && node.get().items() == null) {
      wrongKind(path(key), node.get(), "a list", findings);
    }
    return node.map(Node::items);
  }

  Optional<String> text(String key) {
    return find(key).flatMap(node -> text(path(key), node, findings));
  }

  String requiredText(String key) {
    required(key);
    return text(key).orElse("");
  }

  /** All of them, or nothing where one is no text. */
  Optional<List<String>> texts(String key) {
    return nodes(key).flatMap(items -> all(key, items, (at, item) -> text(at, item, findings)));
  }

  Optional<BigDecimal> number(String key) {
    return find(key).flatMap(node -> number(path(key), node));
  }

  /** Whether the value is just this word, which stands for a rule where others write a number. */
  boolean isWord(String key, String word) {
    return find(key).filter(node -> word.equals(node.value())).isPresent();
  }

  /** The number, where it is not the word; the finding of anything else names both. */
  Optional<BigDecimal> numberOrWord(String key, String word) {
    return isWord(key, word)
        ? Optional.empty()
        : find(key).flatMap(node -> number(path(key), node, "a number or " + word));
  }

  BigDecimal requiredNumber(String key) {
    required(key);
    return number(key).orElse(BigDecimal.ZERO);
  }

  double number(String key, double otherwise) {
    return number(key).map(BigDecimal::doubleValue).orElse(otherwise);
  }

  /** All of them, or nothing where one is no number. */
  Optional<List<Double>> numbers(String key) {
    return decimals(key).map(numbers -> numbers.stream().map(BigDecimal::doubleValue).toList());
  }

  /** As they are written. */
  Optional<List<BigDecimal>> decimals(String key) {
    return nodes(key).flatMap(items -> all(key, items, this::number));
  }

  private <T> Optional<List<T>> all(
      String key, List<Node> items, BiFunction<String, Node, Optional<T>> reading) {
    List<T> read = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      reading.apply(Names.path(path(key), i), items.get(i)).ifPresent(read::add);
    }
    return read.size() == items.size() ? Optional.of(read) : Optional.empty();
  }

  int count(String key, int otherwise) {
    Optional<BigDecimal> number = number(key);
    if (number.isEmpty()) {
      return otherwise;
    }
    try {
      return number.get().intValueExact();
    } catch (ArithmeticException notWhole) {
      refuse(key, number.get().toPlainString() + " is no whole number in reach");
      return otherwise;
    }
  }

  boolean truth(String key, boolean otherwise) {
    Optional<Node> node = find(key);
    if (node.isPresent() && !(node.get().value() instanceof Boolean)) {
      wrongKind(path(key), node.get(), "true or false", findings);
      return otherwise;
    }
    return node.map(n -> (Boolean) n.value()).orElse(otherwise);
  }

  /** A duration as ISO 8601 writes it. */
  Optional<Duration> duration(String key) {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Duration.parse(text.get()));
    } catch (DateTimeException | ArithmeticException malformed) {
      refuse(key, "'" + Names.shortened(text.get()) + "' is no duration; write PT4S, PT24H or P7D");
      return Optional.empty();
    }
  }

  /** One of the constants, spelled in lower case, that this version has a use for. */
  <E extends Enum<E>> E choice(String key, E otherwise, Set<E> allowed) {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return otherwise;
    }
    List<String> spelled = allowed.stream().map(Section::spelled).sorted().toList();
    for (E one : allowed) {
      if (spelled(one).equals(text.get())) {
        return one;
      }
    }
    refuse(
        key,
        "'"
            + Names.shortened(text.get())
            + "' is none of those allowed: "
            + String.join(", ", spelled));
    return otherwise;
  }

  static String spelled(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  void required(String... keys) {
    Arrays.stream(keys)
        .filter(key -> !has(key) && !broken)
        .forEach(key -> refuse(key, "is missing and has no default"));
  }

  /** A text that is not empty and not padded: it has to match what a request or a span says. */
  static Optional<String> text(String path, Node node, Findings findings) {
    if (!(node.value() instanceof String text)) {
      wrongKind(path, node, "a text (in quotes where it looks like a number)", findings);
      return Optional.empty();
    }
    if (text.isEmpty() || !text.strip().equals(text) || text.length() > LONGEST_NAME) {
      findings.add(
          path, "a text of 1 to " + LONGEST_NAME + " characters without outer spaces is expected");
      return Optional.empty();
    }
    return Optional.of(text);
  }

  private Optional<BigDecimal> number(String path, Node node) {
    return number(path, node, "a number");
  }

  private Optional<BigDecimal> number(String path, Node node, String expected) {
    if (node.value() instanceof BigDecimal number) {
      return Optional.of(number);
    }
    wrongKind(path, node, expected, findings);
    return Optional.empty();
  }

  private static void wrongKind(String path, Node node, String expected, Findings findings) {
    if (node.value() != Node.Nothing.REFUSED) {
      findings.add(path, expected + " is expected; this is " + node.described());
    }
  }
}
