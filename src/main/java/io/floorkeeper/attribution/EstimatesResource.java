package io.floorkeeper.attribution;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.Needs;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.platform.QueryValue;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.RolePolicy;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.sql.SQLException;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What a role's routing was worth: estimates of other policies, and the saving that is certain. */
@Needs(Caller.Scope.READ)
@Path("/roles/{role}/estimates")
@Tag(name = "steer")
@Produces(MediaType.APPLICATION_JSON)
public class EstimatesResource {
  private static final double DEFAULT_ALPHA = .05;

  private final PolicyBook policies;
  private final ClaimService claims;

  EstimatesResource(PolicyBook policies, ClaimService claims) {
    this.policies = policies;
    this.claims = claims;
  }

  @GET
  @Operation(
      summary =
          "Off-policy estimates of quality and dollars per task, and the certified saving of a role")
  @APIResponse(
      responseCode = "200",
      description =
          "Estimates with intervals and sample sizes; what cannot be estimated says why instead",
      content = @Content(schema = @Schema(implementation = EstimatesAnswer.class)))
  @APIResponse(responseCode = "400", description = "problem+json that names the parameter")
  @APIResponse(responseCode = "404", description = "The policy has no such role")
  @APIResponse(
      responseCode = "503",
      description = "The database is out of reach, or too many ask at once")
  public EstimatesAnswer estimates(
      @PathParam("role") String name,
      @QueryParam("since")
          @Parameter(
              description =
                  "decisions from this moment on, RFC 3339. The certified saving holds for a moment"
                      + " that was settled beforehand",
              schema = @Schema(format = "date-time"))
          String since,
      @QueryParam("alpha")
          @Parameter(
              description = "how often an interval may miss, above 0 and below 1; default 0.05",
              schema = @Schema(implementation = Double.class))
          String alpha) {
    PolicyBook.Published published = policies.current();
    RolePolicy role = published.policy().roles().get(name);
    if (role == null) {
      throw new Problem.NotFound("unknown_role", "role", "the policy has no role '" + name + "'");
    }
    Instant from = since == null ? Instant.EPOCH : QueryValue.instant("since", since);
    double miss = alpha == null ? DEFAULT_ALPHA : QueryValue.share("alpha", alpha);
    if (published.numbers().roleNo(name) == 0) {
      throw new Problem.Unavailable(
          "database_unavailable", "the database has not numbered this policy yet");
    }
    try {
      return EstimatesAnswer.of(
          published,
          role,
          since == null ? null : from,
          miss,
          claims.claims(published, role, from, miss));
    } catch (SQLException e) {
      throw new Problem.Unavailable(
          "database_unavailable", "the tasks cannot be read: " + Causes.briefly(e));
    }
  }
}
