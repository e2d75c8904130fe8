package io.floorkeeper.routing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.DecisionRecord;
import io.floorkeeper.ledger.DecisionRepository;
import io.floorkeeper.ledger.InvalidDecisionIdException;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Callers;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.Needs;
import io.floorkeeper.platform.Problem;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;

/**
 * Why a decision was what it was. The id tells most of it by itself; the log adds the request, and
 * the kept allocation the candidates and their posteriors, written by the function that decided.
 */
@Needs(value = Caller.Scope.READ, ownTenant = true)
@Path("/decisions")
@Tag(name = "decide")
@Produces(MediaType.APPLICATION_JSON)
public class DecisionResource {
  private static final Logger LOG = Logger.getLogger(DecisionResource.class);

  private final SnapshotBook snapshots;
  private final DecisionRepository decisions;
  private final ObjectMapper json;

  DecisionResource(SnapshotBook snapshots, DecisionRepository decisions, ObjectMapper json) {
    this.snapshots = snapshots;
    this.decisions = decisions;
    this.json = json;
  }

  @GET
  @Path("/{id}")
  @Operation(summary = "Why was this decided?")
  @APIResponse(responseCode = "200", description = "The decision, its record and its allocation")
  @APIResponse(responseCode = "400", description = "Not a decision id of this installation")
  @APIResponse(responseCode = "404", description = "A decision of another tenant")
  public ObjectNode decision(@Context SecurityContext context, @PathParam("id") String characters) {
    AllocationSnapshot snapshot = snapshots.current();
    DecisionId id;
    try {
      id = snapshot.keys().verify(characters);
    } catch (InvalidDecisionIdException e) {
      throw Problem.BadRequest.field(
          e.why() == InvalidDecisionIdException.Why.FORGED
              ? "forged_decision_id"
              : "invalid_decision_id",
          "id",
          e.getMessage());
    }
    Caller caller = Callers.of(context);
    if (!caller.allTenants() && caller.tenantNo() != id.tenantNo()) {
      throw new Problem.NotFound("unknown_decision", "id", "there is no such decision");
    }
    ObjectNode answer = json.createObjectNode();
    answer.put("decision_id", characters);
    answer.set("id", fields(id, snapshot));
    try {
      Optional<DecisionRecord> record = decisions.read(characters);
      answer.put("logged", record.isPresent());
      if (record.isPresent()) {
        ObjectNode told = json.valueToTree(record.get());
        if (told.remove("ceiling") instanceof TextNode ceiling) {
          answer.set("ceiling", ceiling(ceiling.textValue()));
        }
        answer.set("record", told);
        answer.set("allocation", allocation(id, record.get()));
      }
    } catch (RuntimeException e) {
      LOG.debug("the decision log is out of reach", e);
      answer.put("logged", false);
      answer.put("log_unavailable", Causes.briefly(e));
    }
    return answer;
  }

  private JsonNode ceiling(String text) {
    try {
      return json.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the decision log holds broken JSON", e);
    }
  }

  private JsonNode allocation(DecisionId id, DecisionRecord record) {
    return decisions
        .readAllocation(
            id.roleNo(),
            id.bucket(),
            record.mask(),
            id.policyVersion(),
            id.epoch(),
            record.pace(),
            record.prices())
        .map(allocation -> Explanation.asDecided(allocation, record.shadow()))
        .orElseGet(json::nullNode);
  }

  /** What the id says without any look-up. */
  private ObjectNode fields(DecisionId id, AllocationSnapshot snapshot) {
    ObjectNode node = json.createObjectNode();
    node.put("decided_at", Instant.ofEpochMilli(id.epochMillis()).toString());
    Optional<String> role = snapshot.published().numbers().roleName(id.roleNo());
    node.put("tenant_no", id.tenantNo());
    node.put("role_no", id.roleNo());
    node.put("role", role.orElse(null));
    node.put("bucket", id.bucket());
    node.put(
        "bucket_holds",
        role.flatMap(r -> snapshot.published().numbers().bucketMeaning(r, id.bucket()))
            .orElse(null));
    node.put("arm_no", id.armNo());
    node.put("arm", snapshot.published().numbers().armKey(id.armNo()).orElse(null));
    node.put("propensity", id.propensity());
    node.put("label_probability", id.labelProbability());
    node.put("policy_version", id.policyVersion());
    node.put("epoch", id.epoch());
    node.put("block", id.block());
    node.put("rung", id.rung());
    node.put("replica", id.replica());
    node.put("sequence", id.sequence());
    ObjectNode flags = node.putObject("flags");
    flags.put("base_label", id.has(DecisionId.BASE_LABEL));
    flags.put("boosted_label", id.has(DecisionId.BOOSTED_LABEL));
    flags.put("holdout", id.has(DecisionId.HOLDOUT));
    flags.put("control", id.has(DecisionId.CONTROL));
    flags.put("sticky", id.has(DecisionId.STICKY));
    flags.put("shadow", id.has(DecisionId.SHADOW));
    flags.put("not_drawn", id.has(DecisionId.NOT_DRAWN));
    flags.put("by_context", id.has(DecisionId.BY_CONTEXT));
    flags.put("pinned", id.has(DecisionId.PINNED));
    return node;
  }
}
