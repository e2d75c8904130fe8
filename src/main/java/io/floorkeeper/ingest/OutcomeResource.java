package io.floorkeeper.ingest;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Callers;
import io.floorkeeper.platform.Needs;
import io.floorkeeper.platform.Problem;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** How well it went, told by whoever knows it: a test, a judge, a user; now or days later. */
@Needs(value = Caller.Scope.TELL, ownTenant = true)
@Path("/outcomes")
@Tag(name = "tell")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class OutcomeResource {
  private static final String KEY = "Idempotency-Key";
  private static final Pattern KEYS = Pattern.compile("[\\x21-\\x7e]{1,128}");
  private static final int MOST = 500;

  private final OutcomeDesk desk;

  OutcomeResource(OutcomeDesk desk) {
    this.desk = desk;
  }

  /** Several under one key. */
  public record Batch(
      @Schema(required = true, description = "1 to 500") List<OutcomeRequest> outcomes) {}

  /** What became of each, in their order. */
  public record BatchAnswer(List<OutcomeAnswer> outcomes) {}

  @POST
  @Operation(
      summary = "How well did it go?",
      description =
          "Names a decision, a model call or a session. A later outcome of the same target, name and"
              + " identifier replaces the earlier one exactly. It is in Kafka before this answers.")
  @APIResponse(responseCode = "200", description = "recorded, duplicate, or held")
  @APIResponse(responseCode = "400", description = "The body or the key cannot be read")
  @APIResponse(
      responseCode = "422",
      description = "A field cannot be believed, or the key was used for another body")
  @APIResponse(
      responseCode = "503",
      description = "The broker has not taken it; Retry-After, under the same key")
  public OutcomeAnswer tell(
      @Context SecurityContext context,
      @Parameter(required = true, description = "1 to 128 visible ASCII characters, new for each")
          @HeaderParam(KEY)
          String key,
      OutcomeRequest request) {
    requireKey(key);
    if (request == null) {
      throw noBody();
    }
    return desk.single(Callers.of(context), key, request);
  }

  @POST
  @Path("/batch")
  @Operation(
      summary = "How well did these go?",
      description =
          "Up to 500 under one key. One that cannot be believed is refused alone, the others are"
              + " taken.")
  @APIResponse(responseCode = "200", description = "For each: recorded, duplicate, held, refused")
  @APIResponse(responseCode = "400", description = "The body or the key cannot be read")
  @APIResponse(responseCode = "422", description = "The key was used for another body")
  @APIResponse(
      responseCode = "503",
      description = "The broker has not taken all; Retry-After, under the same key")
  public BatchAnswer tellAll(
      @Context SecurityContext context,
      @Parameter(required = true, description = "1 to 128 visible ASCII characters, new for each")
          @HeaderParam(KEY)
          String key,
      Batch batch) {
    requireKey(key);
    if (batch == null) {
      throw noBody();
    }
    if (batch.outcomes() == null || batch.outcomes().isEmpty() || batch.outcomes().size() > MOST) {
      throw Problem.BadRequest.field("invalid_value", "outcomes", "must have 1 to 500 entries");
    }
    return new BatchAnswer(desk.batch(Callers.of(context), key, batch.outcomes()));
  }

  private static void requireKey(String key) {
    if (key == null) {
      throw Problem.BadRequest.field(
          "missing_field", KEY, "is required: what is sent again under it counts once");
    }
    if (!KEYS.matcher(key).matches()) {
      throw Problem.BadRequest.field(
          "invalid_value", KEY, "must be 1 to 128 visible ASCII characters");
    }
  }

  private static Problem.BadRequest noBody() {
    return new Problem.BadRequest("missing_body", "the body must be one JSON object", List.of());
  }
}
