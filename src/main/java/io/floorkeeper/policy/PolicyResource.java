package io.floorkeeper.policy;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Callers;
import io.floorkeeper.platform.Needs;
import io.floorkeeper.platform.Problem;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.net.URI;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The policy: read, checked, compared, published and taken back. */
@Path("/policy")
@Tag(name = "steer")
@Needs(value = Caller.Scope.READ, or = Caller.Scope.POLICY)
@Produces(MediaType.APPLICATION_JSON)
public class PolicyResource {
  static final String YAML = "application/yaml";
  private static final int MOST_LISTED = 1_000;

  private final PolicyBook book;
  private final PolicyService service;
  private final PolicyFollower follower;
  private final PolicyWatch watch;

  PolicyResource(
      PolicyBook book, PolicyService service, PolicyFollower follower, PolicyWatch watch) {
    this.book = book;
    this.service = service;
    this.follower = follower;
    this.watch = watch;
  }

  @GET
  @Operation(summary = "The policy in force on this replica; its ETag is what If-Match takes")
  @APIResponse(
      responseCode = "200",
      description = "The document and where it comes from; as YAML the document alone",
      content = @Content(schema = @Schema(implementation = PolicyAnswers.InForce.class)))
  public Response policy() {
    PolicyBook.Published published = book.current();
    return Response.ok(PolicyAnswers.InForce.of(published, watch.trouble(), follower.newestSeen()))
        .tag(published.policy().digest())
        .header("Vary", "Accept")
        .build();
  }

  @GET
  @Produces(YAML)
  @Operation(hidden = true)
  public Response policyAsWritten() {
    PolicyBook.Published published = book.current();
    return Response.ok(published.document())
        .tag(published.policy().digest())
        .header("Vary", "Accept")
        .build();
  }

  @Needs(Caller.Scope.POLICY)
  @PUT
  @Consumes({YAML, MediaType.APPLICATION_JSON, MediaType.WILDCARD})
  @Operation(summary = "Publish a document, YAML or JSON, by compare and swap")
  @APIResponse(
      responseCode = "200",
      description = "It was in force already",
      content = @Content(schema = @Schema(implementation = PolicyAnswers.Published.class)))
  @APIResponse(
      responseCode = "201",
      description = "The new version, and what changed, in words",
      content = @Content(schema = @Schema(implementation = PolicyAnswers.Published.class)))
  @APIResponse(responseCode = "412", description = "Another version is in force; the body has it")
  @APIResponse(responseCode = "422", description = "All findings at once")
  @APIResponse(responseCode = "428", description = "If-Match is missing")
  public Response publishPolicy(
      @Context SecurityContext context,
      @HeaderParam("If-Match") String ifMatch,
      @HeaderParam("X-Floorkeeper-Reason") String reasonHeader,
      @QueryParam("reason") String reason,
      byte[] document) {
    List<String> expected = PolicyInput.expected(ifMatch);
    String why = PolicyInput.reason(reason != null ? reason : reasonHeader);
    return published(
        service.publish(text(document), expected, "PUT /policy", Callers.of(context).name(), why));
  }

  @POST
  @Path("/rollback")
  @Needs(Caller.Scope.POLICY)
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "The content of an earlier version as a new one, by compare and swap")
  @APIResponse(
      responseCode = "201",
      description = "The new version",
      content = @Content(schema = @Schema(implementation = PolicyAnswers.Published.class)))
  @APIResponse(responseCode = "404", description = "There is no such version")
  @APIResponse(responseCode = "412", description = "Another version is in force; the body has it")
  @APIResponse(responseCode = "422", description = "This version of the service cannot read it")
  @APIResponse(responseCode = "428", description = "If-Match is missing")
  public Response rollbackPolicy(
      @Context SecurityContext context,
      @HeaderParam("If-Match") String ifMatch,
      PolicyAnswers.Rollback wish) {
    if (wish == null || wish.toVersion() == null) {
      throw Problem.BadRequest.field("missing_field", "to_version", "is required");
    }
    List<String> expected = PolicyInput.expected(ifMatch);
    String why = PolicyInput.reason(wish.reason());
    return published(service.rollback(wish.toVersion(), expected, Callers.of(context).name(), why));
  }

  private static Response published(PolicyService.Publication publication) {
    PolicyVersionEntity version = publication.version();
    return Response.status(publication.fresh() ? 201 : 200)
        .tag(version.digest)
        .location(URI.create("/policy/versions/" + version.version))
        .entity(PolicyAnswers.Published.of(publication))
        .build();
  }

  @POST
  @Path("/validate")
  @Consumes({YAML, MediaType.APPLICATION_JSON, MediaType.WILDCARD})
  @Operation(summary = "Could this document be published? All findings at once")
  @APIResponse(
      responseCode = "200",
      description = "It could",
      content = @Content(schema = @Schema(implementation = PolicyAnswers.Valid.class)))
  @APIResponse(responseCode = "422", description = "All findings at once")
  public PolicyAnswers.Valid validatePolicy(byte[] document) {
    Policy policy = service.checked(text(document), "policy");
    return new PolicyAnswers.Valid(true, policy.digest(), List.of());
  }

  @POST
  @Path("/diff")
  @Consumes({YAML, MediaType.APPLICATION_JSON, MediaType.WILDCARD})
  @Operation(
      summary = "What would change, in words: a document against the version in force, or versions")
  @APIResponse(
      responseCode = "200",
      description = "The changes, and whether a pin is loosened",
      content = @Content(schema = @Schema(implementation = PolicyAnswers.Diff.class)))
  @APIResponse(responseCode = "422", description = "All findings of the document at once")
  public PolicyAnswers.Diff diffPolicy(
      @QueryParam("from") Integer from, @QueryParam("to") Integer to, byte[] document) {
    boolean empty = document == null || document.length == 0;
    if (!empty && to != null) {
      throw Problem.BadRequest.field(
          "invalid_value", "to", "names a version, and the body is a document: one of them");
    }
    if (empty && from == null && to == null) {
      throw new Problem.BadRequest(
          "missing_body", "a document is needed, or ?from= and ?to= versions", List.of());
    }
    Policy before = from == null ? book.current().policy() : policy(from);
    Policy after =
        !empty
            ? service.checked(text(document), "policy")
            : to == null ? book.current().policy() : policy(to);
    return PolicyAnswers.Diff.of(before, after, service.changes(before, after));
  }

  private Policy policy(int version) {
    return service.policy(service.version(version));
  }

  @GET
  @Path("/versions")
  @Operation(summary = "All versions, newest first, without their documents")
  @APIResponse(
      responseCode = "200",
      description = "At most ?limit= of those below ?before=",
      content = @Content(schema = @Schema(implementation = PolicyAnswers.Versions.class)))
  public PolicyAnswers.Versions policyVersions(
      @QueryParam("before") Integer before, @QueryParam("limit") @DefaultValue("100") int limit) {
    if (limit < 1 || limit > MOST_LISTED) {
      throw Problem.BadRequest.field("invalid_value", "limit", "must be 1 to " + MOST_LISTED);
    }
    List<PolicyAnswers.Version> versions = new ArrayList<>();
    service
        .versions(before == null ? Integer.MAX_VALUE : before, limit)
        .forEach(version -> versions.add(PolicyAnswers.Version.of(version, false)));
    return new PolicyAnswers.Versions(versions);
  }

  @GET
  @Path("/versions/{version}")
  @Operation(summary = "One version and its document")
  @APIResponse(
      responseCode = "200",
      description = "As YAML the document alone",
      content = @Content(schema = @Schema(implementation = PolicyAnswers.Version.class)))
  @APIResponse(responseCode = "404", description = "There is no such version")
  public Response policyVersion(@PathParam("version") int number) {
    PolicyVersionEntity version = service.version(number);
    return Response.ok(PolicyAnswers.Version.of(version, true)).tag(version.digest).build();
  }

  @GET
  @Path("/versions/{version}")
  @Produces(YAML)
  @Operation(hidden = true)
  public Response policyVersionAsWritten(@PathParam("version") int number) {
    PolicyVersionEntity version = service.version(number);
    return Response.ok(version.document).tag(version.digest).build();
  }

  private static String text(byte[] document) {
    if (document == null || document.length == 0) {
      throw new Problem.BadRequest(
          "missing_body", "the body must be a policy, YAML or JSON", List.of());
    }
    try {
      return PolicyFiles.text(document);
    } catch (CharacterCodingException e) {
      throw new Problem.BadRequest("invalid_encoding", "the body is not UTF-8", List.of());
    }
  }
}
