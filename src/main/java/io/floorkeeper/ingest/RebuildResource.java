package io.floorkeeper.ingest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.Needs;
import io.floorkeeper.platform.Problem;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.sql.SQLException;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Works out again what the records came to, and says whether it is the same. */
@Needs(Caller.Scope.OPERATE)
@Path("/rebuild")
@Tag(name = "tell")
@Produces(MediaType.APPLICATION_JSON)
public class RebuildResource {
  private final RebuildService rebuild;
  private final ObjectMapper json;

  RebuildResource(RebuildService rebuild, ObjectMapper json) {
    this.rebuild = rebuild;
    this.json = json;
  }

  @POST
  @Operation(
      summary =
          "Reads the topics and the recorded facts into empty tables and compares them with the live"
              + " ones; takes as long as that takes")
  @APIResponse(responseCode = "200", description = "What was read, what is missing, what differs")
  @APIResponse(
      responseCode = "503",
      description = "Database or broker are out of reach, or a rebuild is running already")
  public ObjectNode rebuild(@QueryParam("keep") @DefaultValue("false") boolean keep) {
    try {
      return answer(rebuild.run(keep));
    } catch (SQLException e) {
      throw new Problem.Unavailable(
          "database_unavailable", "the database ended the rebuild: " + Causes.briefly(e));
    } catch (KafkaException e) {
      throw new Problem.Unavailable(
          "broker_unavailable", "the broker ended the rebuild: " + Causes.briefly(e));
    }
  }

  private ObjectNode answer(RebuildReport report) {
    ObjectNode answer = json.createObjectNode();
    answer
        .put("equal", report.isEqual())
        .put("records", report.records())
        .put("generations", report.generations())
        .put("unrecorded", report.unrecorded());
    ObjectNode missing = answer.putObject("missing");
    ObjectNode partitions = missing.putObject("partitions");
    report.missing().records().forEach(partitions::put);
    missing.put("of_other_topics", report.missing().foreign());
    ArrayNode compared = answer.putArray("compared");
    for (RebuildComparison.Result result : report.compared()) {
      ObjectNode one =
          compared
              .addObject()
              .put("name", result.name())
              .put("rows", result.rows())
              .put("differences", result.differences());
      ArrayNode shown = one.putArray("shown");
      result.shown().forEach(shown::add);
    }
    return answer.put("took_millis", report.tookMillis());
  }
}
