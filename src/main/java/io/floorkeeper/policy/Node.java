package io.floorkeeper.policy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/**
 * A value of a document, before anything is known of what it means.
 *
 * @param value {@code Map<String, Node>}, {@code List<Node>}, String, {@link BigDecimal}, Boolean,
 *     or {@link Nothing}
 */
record Node(Object value) {

  /** Stand-ins where there is no value. */
  enum Nothing {
    /** The document says null, or nothing after the colon. */
    NULL,
    /** Refused while reading; the finding is written already. */
    REFUSED
  }

  /** The members of an object, in their order; null where this is none. */
  @SuppressWarnings("unchecked") // only DocumentParser makes maps, and all of them alike
  Map<String, Node> members() {
    return value instanceof Map ? (Map<String, Node>) value : null;
  }

  /** The items of a list; null where this is none. */
  @SuppressWarnings("unchecked") // only DocumentParser makes lists, and all of them alike
  List<Node> items() {
    return value instanceof List ? (List<Node>) value : null;
  }

  /** How a finding speaks of this value. */
  String described() {
    if (value instanceof Map) {
      return "an object";
    }
    if (value instanceof List) {
      return "a list";
    }
    if (value instanceof String text) {
      return text.isEmpty() ? "nothing" : "the text '" + Names.shortened(text) + "'";
    }
    return value instanceof Nothing ? "nothing" : String.valueOf(value);
  }
}
