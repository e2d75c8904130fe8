package io.floorkeeper.ingest;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where one judgement stands: each fact by its ordered keys, with {@code {i}} for its number where
 * a span bears several.
 *
 * @param of what is judged; absent: the span itself
 * @param responseId keys of the provider's id of what is judged, where an event says it
 */
record EvaluationKeys(
    List<String> name,
    List<String> score,
    List<String> label,
    List<String> identifier,
    List<String> responseId,
    Subject of) {

  static final String INDEX = "{i}";

  /** What a judgement is about. */
  enum Subject {
    @JsonProperty("span")
    SPAN,
    /** All of the trace: the session that it belongs to is the nearest thing that has decisions. */
    @JsonProperty("trace")
    TRACE,
    @JsonProperty("session")
    SESSION
  }

  EvaluationKeys {
    name = Data.listOf(name);
    score = Data.listOf(score);
    label = Data.listOf(label);
    identifier = Data.listOf(identifier);
    responseId = Data.listOf(responseId);
    of = of == null ? Subject.SPAN : of;
    Data.require(!name.isEmpty(), "an evaluation must have a name");
    Data.require(
        !(score.isEmpty() && label.isEmpty()), "an evaluation must have a score or a label");
  }

  /** The numbers that the names of judgements among these attributes bear, in order. */
  List<Integer> indices(Set<String> attributes) {
    List<Integer> found = null;
    for (String key : attributes) {
      for (int i = 0; i < name.size(); i++) {
        int index = indexIn(name.get(i), key);
        if (index >= 0) {
          found = found == null ? new ArrayList<>() : found;
          if (!found.contains(index)) {
            found.add(index);
          }
        }
      }
    }
    if (found == null) {
      return List.of();
    }
    Collections.sort(found);
    return found;
  }

  /** The number, 0 to 99, that stands in {@code key} for {@code {i}}; -1: it is another key. */
  static int indexIn(String pattern, String key) {
    int head = pattern.indexOf(INDEX);
    int tail = pattern.length() - head - INDEX.length();
    int digits = key.length() - head - tail;
    if (digits < 1
        || digits > 2
        || !key.regionMatches(0, pattern, 0, head)
        || !key.regionMatches(key.length() - tail, pattern, head + INDEX.length(), tail)) {
      return -1;
    }
    int index = 0;
    for (int at = head; at < head + digits; at++) {
      int digit = key.charAt(at) - '0';
      if (digit < 0 || digit > 9 || (digit == 0 && at == head && digits > 1)) {
        return -1;
      }
      index = index * 10 + digit;
    }
    return index;
  }

  /** The keys of the judgement number {@code index}. */
  EvaluationKeys at(int index) {
    return new EvaluationKeys(
        at(name, index), at(score, index), at(label, index), at(identifier, index), responseId, of);
  }

  private static List<String> at(List<String> keys, int index) {
    return keys.stream().map(k -> k.replace(INDEX, Integer.toString(index))).toList();
  }

  Stream<String> all() {
    return Stream.of(name, score, label, identifier, responseId).flatMap(List::stream);
  }

  /** As judgements on the span itself must be written. */
  void requireIndex() {
    Stream.of(name, score, label, identifier)
        .flatMap(List::stream)
        .forEach(
            key ->
                Data.require(
                    key.indexOf(INDEX) >= 0 && key.indexOf(INDEX) == key.lastIndexOf(INDEX),
                    key + " must hold {i} once"));
  }
}
