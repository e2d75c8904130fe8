package io.floorkeeper.access;

import io.agroal.api.AgroalDataSource;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Callers;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.Needs;
import io.floorkeeper.platform.Problem;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;

/**
 * API keys: made, listed, revoked. Nobody makes a key that is good for more than their own. To
 * revoke a key leaves those that it made: they have makers and names of their own.
 */
@Path("/keys")
@Tag(name = "operate")
@Produces(MediaType.APPLICATION_JSON)
@Needs(value = Caller.Scope.OPERATE, ownTenant = true)
public class KeyResource {
  private static final Logger LOG = Logger.getLogger(KeyResource.class);

  private final AgroalDataSource database;
  private final AccessBook book;

  KeyResource(AgroalDataSource database, AccessBook book) {
    this.database = database;
    this.book = book;
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Make a key")
  @APIResponse(
      responseCode = "201",
      description = "The key, shown this once",
      content = @Content(schema = @Schema(implementation = KeyAnswer.class)))
  @APIResponse(responseCode = "400", description = "problem+json that names the field")
  @APIResponse(responseCode = "403", description = "It would be good for more than its maker")
  public Response makeKey(@Context SecurityContext context, KeyRequest request) {
    if (request == null) {
      throw new Problem.BadRequest("missing_body", "the body must be one JSON object", List.of());
    }
    String key = ApiKey.fresh();
    StoredKey entry =
        request.entry(key, Callers.of(context), Callers.goodUntil(context), Instant.now());
    StoredKey stored = work(connection -> KeyRepository.enter(connection, entry));
    LOG.infof("key %s made by %s: %s", stored.keyId(), stored.createdBy(), stored.inWords());
    return Response.status(Response.Status.CREATED)
        .header("Cache-Control", "no-store")
        .entity(KeyAnswer.of(stored, key))
        .build();
  }

  @GET
  @Operation(summary = "All keys, revoked ones too, without their secrets")
  @APIResponse(responseCode = "200", description = "Those of the caller's tenant, or all")
  public KeyAnswer.Keys keys(@Context SecurityContext context) {
    Caller caller = Callers.of(context);
    return new KeyAnswer.Keys(
        work(KeyRepository::all).stream()
            .filter(key -> key.isWithin(caller))
            .map(key -> KeyAnswer.of(key, null))
            .toList());
  }

  @DELETE
  @Path("/{id}")
  @Operation(summary = "Revoke a key: on every replica within a second")
  @APIResponse(responseCode = "200", description = "The key, with the moment it was revoked")
  @APIResponse(responseCode = "404", description = "The caller sees no such key")
  public KeyAnswer revokeKey(@Context SecurityContext context, @PathParam("id") String id) {
    Caller caller = Callers.of(context);
    StoredKey revoked =
        work(
            connection ->
                KeyRepository.revoke(connection, id, key -> key.isWithin(caller), caller.name()));
    LOG.infof("key %s revoked by %s", id, caller.name());
    return KeyAnswer.of(revoked, null);
  }

  private <T> T work(KeyRepository.Work<T> work) {
    try {
      T result = KeyRepository.inTransaction(database.getConnection(), work);
      book.follow();
      return result;
    } catch (SQLException e) {
      LOG.debug("the keys are out of reach", e);
      throw new Problem.Unavailable(
          "database_unavailable", "the database does not answer: " + Causes.briefly(e));
    }
  }
}
