package io.floorkeeper.routing;

import io.floorkeeper.attribution.ShadowAnswer;
import io.floorkeeper.attribution.ShadowService;
import io.floorkeeper.attribution.ShadowWords;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Needs;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.platform.QueryValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What the bandit would have cost and scored, before anyone switches it on. */
@Path("/roles/{role}/shadow")
@Tag(name = "steer")
@Needs(Caller.Scope.READ)
public class ShadowResource {
  private static final double DEFAULT_ALPHA = .05;

  /** Behind JSON: who does not say what he takes is a program. */
  private static final String MARKDOWN = "text/markdown;qs=0.4";

  private static final String PLAIN = "text/plain;qs=0.3";

  private final SnapshotBook snapshots;
  private final ShadowService shadows;

  ShadowResource(SnapshotBook snapshots, ShadowService shadows) {
    this.snapshots = snapshots;
    this.shadows = shadows;
  }

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary =
          "Off-policy estimates of quality and dollars per task of a role in the shadow, and whether it"
              + " would keep its floor")
  @APIResponse(
      responseCode = "200",
      description =
          "Both axes of the rules and of the bandit with intervals; what has no support says so"
              + " instead. As text/markdown the same for people",
      content = @Content(schema = @Schema(implementation = ShadowAnswer.class)))
  @APIResponse(responseCode = "400", description = "problem+json that names the parameter")
  @APIResponse(responseCode = "404", description = "The policy has no such role")
  @APIResponse(
      responseCode = "503",
      description = "The database is out of reach, or others ask at once")
  public ShadowAnswer shadow(
      @PathParam("role") String name,
      @QueryParam("since")
          @Parameter(
              description = "decisions from this moment on, RFC 3339",
              schema = @Schema(format = "date-time"))
          String since,
      @QueryParam("alpha")
          @Parameter(
              description = "how often an interval may miss, above 0 and below 1; default 0.05",
              schema = @Schema(implementation = Double.class))
          String alpha) {
    AllocationSnapshot snapshot = snapshots.current();
    RoleRoutes routes = snapshot.roles().get(name);
    if (routes == null) {
      throw new Problem.NotFound("unknown_role", "role", "the policy has no role '" + name + "'");
    }
    Instant from = since == null ? Instant.EPOCH : QueryValue.instant("since", since);
    double miss = alpha == null ? DEFAULT_ALPHA : QueryValue.share("alpha", alpha);
    if (snapshot.published().numbers().roleNo(name) == 0) {
      throw new Problem.Unavailable(
          "database_unavailable", "the database has not numbered this policy yet");
    }
    Graduation g = Graduation.of(routes.policy(), routes.arms(), routes.calls());
    return shadows.report(
        snapshot.published(),
        routes.policy(),
        from,
        miss,
        new ShadowAnswer.Graduation(
            g.isPassed(), g.traces(), g.minTraces(), g.qualityArmed(), g.costArmed()));
  }

  /** {@link #shadow} for people. */
  @GET
  @Produces({MARKDOWN, PLAIN})
  @Operation(hidden = true)
  public String page(
      @PathParam("role") String name,
      @QueryParam("since") String since,
      @QueryParam("alpha") String alpha) {
    return ShadowWords.page(shadow(name, since, alpha));
  }
}
