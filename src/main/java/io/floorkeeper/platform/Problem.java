package io.floorkeeper.platform;

import java.util.List;
import java.util.Map;

/**
 * What the service says when it cannot do what it was asked: the one family that becomes RFC 9457
 * problem+json, in {@link ProblemMapper}.
 */
public abstract sealed class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** One field of the input that is at fault. */
  public record FieldError(String field, String message) {}

  private final int status;
  private final String code;
  private final transient List<FieldError> errors;
  private final transient Map<String, Object> members;

  private Problem(int status, String code, String message, List<FieldError> errors) {
    this(status, code, message, errors, Map.of());
  }

  private Problem(
      int status,
      String code,
      String message,
      List<FieldError> errors,
      Map<String, Object> members) {
    super(message, null, false, false); // an answer, not a fault: nobody reads its stack trace
    this.status = status;
    this.code = code;
    this.errors = List.copyOf(errors);
    this.members = Map.copyOf(members);
  }

  public int status() {
    return status;
  }

  /** Stable, for programs: {@code unknown_field}, {@code pin_unmet}, ... */
  public String code() {
    return code;
  }

  public List<FieldError> errors() {
    return errors;
  }

  /** What programs need besides: numbers, texts, and lists and maps of them. */
  public Map<String, Object> members() {
    return members;
  }

  /** 400: the request cannot be read. */
  public static final class BadRequest extends Problem {
    private static final long serialVersionUID = 1L;

    public BadRequest(String code, String message, List<FieldError> errors) {
      super(400, code, message, errors);
    }

    public static BadRequest field(String code, String field, String message) {
      return new BadRequest(code, field + ": " + message, List.of(new FieldError(field, message)));
    }
  }

  /** 401: nobody that we know; says nothing of why a key is not believed. */
  public static final class Unauthenticated extends Problem {
    private static final long serialVersionUID = 1L;

    public Unauthenticated(String message) {
      super(401, "unauthenticated", message, List.of());
    }
  }

  /** 403: known, and not allowed to. */
  public static final class Forbidden extends Problem {
    private static final long serialVersionUID = 1L;

    public Forbidden(String code, String field, String message) {
      super(403, code, field + ": " + message, List.of(new FieldError(field, message)));
    }
  }

  /** 404: the thing asked for is not here. */
  public static final class NotFound extends Problem {
    private static final long serialVersionUID = 1L;

    public NotFound(String code, String field, String message) {
      super(404, code, field + ": " + message, List.of(new FieldError(field, message)));
    }
  }

  /** 415: the body is not of a kind that is read here. */
  public static final class UnsupportedMediaType extends Problem {
    private static final long serialVersionUID = 1L;

    public UnsupportedMediaType(String message) {
      super(
          415,
          "unsupported_media_type",
          "Content-Type: " + message,
          List.of(new FieldError("Content-Type", message)));
    }
  }

  /** 422: understood, and cannot be done as asked. */
  public static final class Unprocessable extends Problem {
    private static final long serialVersionUID = 1L;

    public Unprocessable(String code, String field, String message) {
      super(422, code, field + ": " + message, List.of(new FieldError(field, message)));
    }

    public Unprocessable(
        String code, String message, List<FieldError> errors, Map<String, Object> members) {
      super(422, code, message, errors, members);
    }
  }

  /** 412: what the caller takes for the present is past. */
  public static final class PreconditionFailed extends Problem {
    private static final long serialVersionUID = 1L;

    public PreconditionFailed(
        String code, String field, String message, Map<String, Object> members) {
      super(412, code, field + ": " + message, List.of(new FieldError(field, message)), members);
    }
  }

  /** 428: the caller has to say what it takes for the present. */
  public static final class PreconditionRequired extends Problem {
    private static final long serialVersionUID = 1L;

    public PreconditionRequired(String code, String field, String message) {
      super(428, code, field + ": " + message, List.of(new FieldError(field, message)));
    }
  }

  /** 429: a ceiling of the policy is reached, and it says that nothing more is to be spent. */
  public static final class CeilingReached extends Problem {
    private static final long serialVersionUID = 1L;

    /** The ceiling does not end by itself. */
    public static final long NEVER = -1;

    private final long retryAfterSeconds;

    public CeilingReached(String field, String message, long retryAfterSeconds) {
      super(
          429, "ceiling_reached", field + ": " + message, List.of(new FieldError(field, message)));
      this.retryAfterSeconds = retryAfterSeconds;
    }

    /** When it ends, from now; {@link #NEVER}: not by itself. */
    public long retryAfterSeconds() {
      return retryAfterSeconds;
    }
  }

  /** 503: a part that this answer needs is out of reach; try again. */
  public static final class Unavailable extends Problem {
    private static final long serialVersionUID = 1L;

    private final long retryAfterSeconds;

    public Unavailable(String code, String message) {
      this(code, message, 0);
    }

    /**
     * @param retryAfterSeconds when it makes sense to try again; 0: nobody knows
     */
    public Unavailable(String code, String message, long retryAfterSeconds) {
      super(503, code, message, List.of());
      this.retryAfterSeconds = retryAfterSeconds;
    }

    public long retryAfterSeconds() {
      return retryAfterSeconds;
    }
  }
}
