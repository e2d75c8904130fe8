package io.floorkeeper.policy;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Needs;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The published schema of the policy document, for editors and for those who write policies. */
@Path("/policy/schema")
@Tag(name = "steer")
public class PolicySchemaResource {
  private final byte[] schema;

  PolicySchemaResource() {
    try (InputStream stream = getClass().getResourceAsStream("/schema/policy.schema.json")) {
      schema = stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("the policy schema of this jar cannot be read", e);
    }
  }

  @GET
  @Needs(value = Caller.Scope.READ, or = Caller.Scope.POLICY)
  @Produces("application/schema+json")
  @Operation(summary = "The JSON Schema of the policy document")
  public byte[] policySchema() {
    return schema.clone();
  }
}
