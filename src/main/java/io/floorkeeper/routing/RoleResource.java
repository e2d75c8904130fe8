package io.floorkeeper.routing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Needs;
import io.floorkeeper.platform.Problem;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What is known of the roles: exactly what {@code /route} answers from at this moment. */
@Needs(Caller.Scope.READ)
@Path("/roles")
@Tag(name = "steer")
@Produces(MediaType.APPLICATION_JSON)
public class RoleResource {

  private final SnapshotBook snapshots;
  private final ObjectMapper json;

  RoleResource(SnapshotBook snapshots, ObjectMapper json) {
    this.snapshots = snapshots;
    this.json = json;
  }

  @GET
  @Operation(summary = "All roles: allocation, floor status, evidence behind them")
  public ObjectNode roles() {
    AllocationSnapshot snapshot = snapshots.current();
    ObjectNode answer = head(snapshot);
    ArrayNode roles = answer.putArray("roles");
    long calls = 0;
    for (RoleRoutes routes : new TreeMap<>(snapshot.roles()).values()) {
      roles.add(role(snapshot, routes));
      calls += routes.calls();
    }
    answer.put("calls", calls);
    return answer;
  }

  @GET
  @Path("/{role}")
  @Operation(summary = "One role: posteriors, allocation per eligibility mask, floor status")
  @APIResponse(responseCode = "404", description = "The policy has no such role")
  public ObjectNode role(@PathParam("role") String name) {
    AllocationSnapshot snapshot = snapshots.current();
    RoleRoutes routes = snapshot.roles().get(name);
    if (routes == null) {
      throw new Problem.NotFound("unknown_role", "role", "the policy has no role '" + name + "'");
    }
    ObjectNode answer = head(snapshot);
    answer.setAll(role(snapshot, routes));
    ArrayNode masks = answer.putArray("narrowed");
    routes.allocations().stream()
        .skip(1)
        .forEach(allocation -> masks.add(Explanation.of(routes, allocation)));
    if (routes.context() != null) {
      answer.set("buckets", ContextExplanation.buckets(routes));
    }
    return answer;
  }

  private ObjectNode head(AllocationSnapshot snapshot) {
    ObjectNode node = json.createObjectNode();
    node.put("policy_version", snapshot.published().version());
    node.put("policy_source", snapshot.published().source());
    node.put("kill_switch", snapshot.killSwitch());
    node.put("snapshot", snapshot.source().name().toLowerCase(Locale.ROOT));
    node.put(
        "evidence_at",
        snapshot.evidenceAtMillis() == 0
            ? null
            : Instant.ofEpochMilli(snapshot.evidenceAtMillis()).toString());
    return node;
  }

  private ObjectNode role(AllocationSnapshot snapshot, RoleRoutes routes) {
    ObjectNode node = Explanation.of(routes, routes.allocations().get(0));
    PoolView.tell(node, routes, snapshots.pool());
    node.put("strategy", routes.policy().strategy().name().toLowerCase(Locale.ROOT));
    node.put("learning", Learnings.of(routes));
    Graduation graduation = Graduation.of(routes.policy(), routes.arms(), routes.calls());
    node.putObject("graduation")
        .put("passed", graduation.isPassed())
        .put("traces", graduation.traces())
        .put("min_traces", graduation.minTraces())
        .put("quality_armed", graduation.qualityArmed())
        .put("cost_armed", graduation.costArmed());
    node.put("preset", routes.policy().presetTier());
    node.put("label_probability", routes.labelCode() / 255.0);
    ObjectNode ceiling = CeilingExplanation.of(snapshot, routes, Clock.systemUTC().millis());
    if (ceiling != null) {
      node.set("ceiling", ceiling);
    }
    node.set("alarms", Explanation.alarms(routes));
    return node;
  }
}
