package io.floorkeeper.audit;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Needs;
import io.floorkeeper.platform.Problem;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The append-only trail, and what it proves. */
@Path("/audit")
@Tag(name = "audit")
@Produces(MediaType.APPLICATION_JSON)
@Needs(Caller.Scope.READ)
public class AuditResource {
  private static final int MOST_EVENTS = 1_000;
  private static final int MOST_FINDINGS = 10_000;

  private final AuditReader reader;
  private final VerifyService verifier;
  private final ProofService proofs;

  AuditResource(AuditReader reader, VerifyService verifier, ProofService proofs) {
    this.reader = reader;
    this.verifier = verifier;
    this.proofs = proofs;
  }

  @GET
  @Operation(summary = "What operators did, newest first, and the anchored heads of all chains")
  @APIResponse(responseCode = "200", description = "A page of the trail, as it stands")
  @APIResponse(responseCode = "400", description = "problem+json that names the parameter")
  public TrailReader.Page trail(
      @QueryParam("from") String from,
      @QueryParam("to") String to,
      @QueryParam("kind") String kind,
      @QueryParam("actor") String actor,
      @QueryParam("before") String before,
      @QueryParam("limit") String limit,
      @Context UriInfo uri) {
    QueryNames.only(uri, "from", "to", "kind", "actor", "before", "limit");
    Period period = Period.of(from, to);
    long place = whole("before", before, Long.MAX_VALUE, Long.MAX_VALUE);
    int most = (int) whole("limit", limit, 100, MOST_EVENTS);
    return reader.read(c -> TrailReader.read(c, period, kind, actor, place, most));
  }

  @GET
  @Path("/verify")
  @Operation(summary = "Recomputes every chain of a period: gaps, breaks, and what anchors say")
  @APIResponse(
      responseCode = "200",
      description = "Findings and how much was checked; what is still on its way is no finding")
  @APIResponse(responseCode = "400", description = "problem+json that names the parameter")
  @APIResponse(responseCode = "503", description = "The database is out of reach, or others verify")
  public VerifyReport verify(
      @QueryParam("from") String from,
      @QueryParam("to") String to,
      @QueryParam("findings") String findings,
      @Context UriInfo uri) {
    QueryNames.only(uri, "from", "to", "findings");
    return verifier.verify(
        Period.of(from, to), (int) whole("findings", findings, 100, MOST_FINDINGS));
  }

  @GET
  @Path("/proof")
  @Operation(
      summary =
          "Did every decision for a data class go to, and every call that was seen run on, an"
              + " allowed model?")
  @APIResponse(
      responseCode = "200",
      description = "Counts, findings, the anchors that it rests on, and what it does not cover")
  @APIResponse(responseCode = "400", description = "problem+json that names the parameter")
  @APIResponse(responseCode = "422", description = "There is no such tenant")
  @APIResponse(responseCode = "503", description = "The database is out of reach, or others verify")
  public ProofReport proof(
      @QueryParam("data_class") String dataClass,
      @QueryParam("from") String from,
      @QueryParam("to") String to,
      @QueryParam("tenant") String tenant,
      @QueryParam("findings") String findings,
      @Context UriInfo uri) {
    QueryNames.only(uri, "data_class", "from", "to", "tenant", "findings");
    if (dataClass == null || dataClass.isBlank()) {
      throw Problem.BadRequest.field("missing_field", "data_class", "is required");
    }
    return proofs.prove(
        dataClass.strip(),
        tenant,
        Period.of(from, to),
        (int) whole("findings", findings, 100, MOST_FINDINGS));
  }

  @GET
  @Path("/proof")
  @Produces("text/markdown;qs=0.5")
  @Operation(summary = "The same as a page to be filed")
  @APIResponse(responseCode = "200", description = "A page in Markdown")
  public String proofPage(
      @QueryParam("data_class") String dataClass,
      @QueryParam("from") String from,
      @QueryParam("to") String to,
      @QueryParam("tenant") String tenant,
      @QueryParam("findings") String findings,
      @Context UriInfo uri) {
    return ProofPage.of(proof(dataClass, from, to, tenant, findings, uri));
  }

  static long whole(String name, String text, long absent, long most) {
    if (text == null || text.isEmpty()) {
      return absent;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= 1 && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw Problem.BadRequest.field("invalid_value", name, "must be a whole number, 1 to " + most);
  }
}
