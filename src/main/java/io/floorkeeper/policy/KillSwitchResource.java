package io.floorkeeper.policy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Callers;
import io.floorkeeper.platform.Needs;
import io.floorkeeper.platform.Problem;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** One call: every role to its preset tier, on every replica within a second. Pins hold. */
@Path("/kill-switch")
@Tag(name = "operate")
@Needs(Caller.Scope.READ)
@Produces(MediaType.APPLICATION_JSON)
public class KillSwitchResource {
  private static final int MOST_SHOWN = 100;

  private final KillSwitchBook book;

  KillSwitchResource(KillSwitchBook book) {
    this.book = book;
  }

  /** A wish to turn it. */
  record KillSwitchRequest(Boolean on, String reason) {}

  /**
   * How it stands.
   *
   * @param on whether every role answers by its preset tier
   * @param author of the last turn; null: nobody ever turned it
   * @param scope {@code every replica}, or {@code this replica}: said while the database was away,
   *     it goes to all others when that is back
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record KillSwitchAnswer(
      boolean on,
      String author,
      String reason,
      Instant at,
      String scope,
      @JsonInclude(JsonInclude.Include.NON_NULL) List<Turn> history) {

    /** One turn of it. */
    record Turn(boolean on, String author, String reason, Instant at) {}

    static KillSwitchAnswer of(KillSwitch state, List<Turn> history) {
      return new KillSwitchAnswer(
          state.on(),
          state.author(),
          state.reason(),
          state.at(),
          state.recorded() ? "every replica" : "this replica",
          history);
    }
  }

  @POST
  @Needs(Caller.Scope.OPERATE)
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Turn it on or off; in force on this replica when this answers")
  @APIResponse(responseCode = "200", description = "How it stands, and how far it reaches")
  public KillSwitchAnswer turnKillSwitch(
      @Context SecurityContext context, KillSwitchRequest request) {
    if (request == null || request.on() == null) {
      throw Problem.BadRequest.field("missing_field", "on", "is required: true or false");
    }
    String reason = PolicyInput.reason(request.reason());
    return KillSwitchAnswer.of(book.turn(request.on(), reason, Callers.of(context).name()), null);
  }

  @GET
  @Operation(summary = "How it stands, who turned it, when, and the turns before")
  @APIResponse(
      responseCode = "200",
      description = "The latest 100 turns; no history while the database is away")
  public KillSwitchAnswer killSwitch() {
    List<KillSwitchAnswer.Turn> history =
        book.history(MOST_SHOWN)
            .map(
                turns ->
                    turns.stream()
                        .map(t -> new KillSwitchAnswer.Turn(t.on(), t.author(), t.reason(), t.at()))
                        .toList())
            .orElse(null);
    return KillSwitchAnswer.of(book.current(), history);
  }
}
