package io.floorkeeper.access;

import io.floorkeeper.platform.Problem;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.Locale;
import java.util.Set;

/**
 * Bodies say what they are. Without a Content-Type, or with one that forms have, any web page can
 * make a browser send them without asking us first.
 */
final class BodyKind {
  private static final String JSON = "application/json";
  private static final Set<String> KINDS =
      Set.of(
          JSON,
          "application/yaml",
          "application/x-yaml",
          "text/yaml",
          "text/x-yaml",
          "application/x-protobuf");

  private BodyKind() {}

  /**
   * Which of them an endpoint reads it says itself.
   *
   * @throws Problem.UnsupportedMediaType where there is a body, and it is of none of these kinds
   */
  static void require(HttpServerRequest request) {
    String said = request.getHeader("Content-Type");
    if (JSON.equals(said) || isKnown(said) || !hasBody(request)) {
      return;
    }
    throw new Problem.UnsupportedMediaType(
        "must be application/json; application/yaml where a policy is read, application/x-protobuf"
            + " where OTLP is");
  }

  private static boolean isKnown(String said) {
    if (said == null) {
      return false;
    }
    int parameters = said.indexOf(';');
    String kind = parameters < 0 ? said : said.substring(0, parameters);
    return KINDS.contains(kind.strip().toLowerCase(Locale.ROOT));
  }

  private static boolean hasBody(HttpServerRequest request) {
    String length = request.getHeader("Content-Length");
    if (length != null) {
      return !length.strip().equals("0");
    }
    return request.getHeader("Transfer-Encoding") != null
        || request.version() == HttpVersion.HTTP_2 && !request.isEnded();
  }
}
