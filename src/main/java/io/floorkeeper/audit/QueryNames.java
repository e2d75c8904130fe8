package io.floorkeeper.audit;

import io.floorkeeper.platform.Problem;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;

/** The parameters of a question: a misspelt or empty one would widen what is asked about. */
final class QueryNames {
  private QueryNames() {}

  /**
   * @throws Problem.BadRequest naming the first parameter that is unknown, empty or there twice
   */
  static void only(UriInfo uri, String... known) {
    uri.getQueryParameters()
        .forEach(
            (name, values) -> {
              if (!List.of(known).contains(name)) {
                throw Problem.BadRequest.field(
                    "unknown_parameter",
                    name,
                    "is not a parameter of this question; known: " + String.join(", ", known));
              }
              if (values.size() > 1) {
                throw Problem.BadRequest.field("invalid_value", name, "is there more than once");
              }
              if (values.get(0).isBlank()) {
                throw Problem.BadRequest.field(
                    "invalid_value", name, "is empty; leave it out to ask without it");
              }
            });
  }
}
