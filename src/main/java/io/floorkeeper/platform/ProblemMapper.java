package io.floorkeeper.platform;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.floorkeeper.platform.Problem.FieldError;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Every error of the HTTP interface, as RFC 9457 problem+json with a stable code and the field. */
public final class ProblemMapper {
  /** The parser tells the name in its message only. */
  private static final Pattern TWICE = Pattern.compile("Duplicate field '(\\w+)'");

  private static final Logger LOG = Logger.getLogger(ProblemMapper.class);
  public static final String MEDIA_TYPE = "application/problem+json";

  /** What a caller that we do not know is told to show. */
  public static final String CHALLENGE = "Bearer realm=\"floorkeeper\"";

  @ServerExceptionMapper
  public Response problem(Problem problem) {
    Response response =
        answer(
            problem.status(),
            problem.code(),
            problem.getMessage(),
            problem.errors(),
            problem.members());
    if (problem instanceof Problem.Unavailable unavailable && unavailable.retryAfterSeconds() > 0) {
      return Response.fromResponse(response)
          .header("Retry-After", unavailable.retryAfterSeconds())
          .build();
    }
    return problem instanceof Problem.CeilingReached ceiling
            && ceiling.retryAfterSeconds() != Problem.CeilingReached.NEVER
        ? Response.fromResponse(response).header("Retry-After", ceiling.retryAfterSeconds()).build()
        : response;
  }

  /** Broken JSON, an unknown field, a value of the wrong type: 400, and where. */
  @ServerExceptionMapper(priority = 1)
  public Response unreadable(JsonProcessingException e) {
    if (e instanceof UnrecognizedPropertyException unknown) {
      String known =
          unknown.getKnownPropertyIds().stream()
              .map(String::valueOf)
              .sorted()
              .collect(Collectors.joining(", "));
      return field(
          "unknown_field", path(unknown), "is not a field of this request; known: " + known);
    }
    if (e instanceof InvalidFormatException format) {
      return field("invalid_value", path(format), "must be " + expected(format.getTargetType()));
    }
    if (e instanceof MismatchedInputException mismatched) {
      if (mismatched.getPath().isEmpty()) {
        return answer(400, "invalid_body", "the body must be one JSON object", List.of());
      }
      return field(
          "invalid_value", path(mismatched), "must be " + expected(mismatched.getTargetType()));
    }
    if (e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
      return field("invalid_value", path(mapping), "cannot be read");
    }
    Matcher twice = TWICE.matcher(String.valueOf(e.getOriginalMessage()));
    if (twice.lookingAt()) {
      return field("duplicate_field", twice.group(1), "is there twice");
    }
    String where =
        e.getLocation() == null
            ? ""
            : " at line "
                + e.getLocation().getLineNr()
                + ", column "
                + e.getLocation().getColumnNr();
    String what =
        e instanceof JsonParseException ? "the body is not JSON" : "the body cannot be read";
    return answer(400, "broken_json", what + where, List.of());
  }

  /** The framework has a mapper of its own for these, without a body: this one is as specific. */
  @ServerExceptionMapper(priority = 1)
  public Response mismatched(MismatchedInputException e) {
    return unreadable(e);
  }

  /** What the framework refuses: unknown paths, methods, media types; bodies that it unwrapped. */
  @ServerExceptionMapper(priority = 2)
  public Response refused(WebApplicationException e) {
    if (e.getCause() instanceof JsonProcessingException json) {
      return unreadable(json);
    }
    int status = e.getResponse().getStatus();
    if (status < 400) {
      return e.getResponse();
    }
    Response.Status known = Response.Status.fromStatusCode(status);
    String title = known == null ? "refused" : known.getReasonPhrase();
    return answer(
        status, title.toLowerCase(java.util.Locale.ROOT).replace(' ', '_'), title, List.of());
  }

  /** A defect of ours: logged with an id that the caller sees too, told without its details. */
  @ServerExceptionMapper(priority = 10_000)
  public Response defect(Throwable e) {
    String id = UUID.randomUUID().toString();
    LOG.errorf(e, "request failed, problem instance %s", id);
    return answer(
        500, "internal_error", "an unexpected error; the log has it under " + id, List.of());
  }

  private static Response field(String code, String field, String message) {
    return answer(400, code, field + ": " + message, List.of(new FieldError(field, message)));
  }

  /** The body of a problem, for those who answer outside the endpoints. */
  public static String body(Problem problem) {
    return body(
        problem.status(),
        problem.code(),
        problem.getMessage(),
        problem.errors(),
        problem.members());
  }

  private static String body(
      int status,
      String code,
      String detail,
      List<FieldError> errors,
      Map<String, Object> members) {
    JsonObject body =
        new JsonObject()
            .put("type", "about:blank")
            .put("title", title(status))
            .put("status", status)
            .put("code", code)
            .put("detail", detail);
    if (!errors.isEmpty()) {
      JsonArray array = new JsonArray();
      errors.forEach(
          x -> array.add(new JsonObject().put("field", x.field()).put("message", x.message())));
      body.put("errors", array);
    }
    members.forEach(body::put);
    return body.encode();
  }

  private static Response answer(int status, String code, String detail, List<FieldError> errors) {
    return answer(status, code, detail, errors, Map.of());
  }

  private static Response answer(
      int status,
      String code,
      String detail,
      List<FieldError> errors,
      Map<String, Object> members) {
    Response.ResponseBuilder response =
        Response.status(status)
            .type(MEDIA_TYPE)
            .entity(body(status, code, detail, errors, members));
    if (status == 401) {
      response.header("WWW-Authenticate", CHALLENGE);
    }
    if (status == 503) {
      response.header("Retry-After", 1);
    }
    return response.build();
  }

  private static String title(int status) {
    Response.Status known = Response.Status.fromStatusCode(status);
    return known != null
        ? known.getReasonPhrase()
        : status == 422 ? "Unprocessable Content" : "Error";
  }

  private static String path(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference r : e.getPath()) {
      if (r.getFieldName() == null) {
        path.append('[').append(r.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(r.getFieldName());
      }
    }
    return path.toString();
  }

  private static String expected(Class<?> type) {
    if (type == null) {
      return "of another type";
    }
    if (type.isEnum()) {
      return "one of "
          + java.util.Arrays.stream(type.getEnumConstants())
              .map(c -> c.toString().toLowerCase(java.util.Locale.ROOT))
              .collect(Collectors.joining(", "));
    }
    if (Number.class.isAssignableFrom(type) || type.isPrimitive() && type != boolean.class) {
      return "a number";
    }
    if (type == String.class) {
      return "text";
    }
    return type == Boolean.class || type == boolean.class ? "true or false" : "an object";
  }
}
