package io.floorkeeper.ingest;

/** A span that is a model call says something that cannot be; ends the reading of that span. */
final class DisbeliefException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final String field;

  DisbeliefException(String code, String field, String message) {
    super(message, null, false, false);
    this.code = code;
    this.field = field;
  }

  static DisbeliefException of(String field, RawSpan.Unusable value) {
    return new DisbeliefException(value.code(), field, "a value that cannot be used");
  }

  String code() {
    return code;
  }

  String field() {
    return field;
  }
}
