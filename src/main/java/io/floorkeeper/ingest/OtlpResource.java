package io.floorkeeper.ingest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.CodedOutputStream;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Needs;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * OTLP over HTTP, for whoever has no Collector. Answers as that protocol has it: in the encoding of
 * the request, errors as {@code google.rpc.Status}. Keys that are bound to a tenant are not let in:
 * a span says by itself which role it is of, and nothing proves that the tenant is its own.
 */
@Needs(Caller.Scope.TELL)
@Path("/v1")
@Tag(name = "tell")
@Consumes({OtlpResource.PROTOBUF, MediaType.APPLICATION_JSON})
@Produces({OtlpResource.PROTOBUF, MediaType.APPLICATION_JSON})
public class OtlpResource {
  static final String PROTOBUF = "application/x-protobuf";

  /** Seconds. */
  private static final int RETRY_AFTER = 1;

  private final OtlpReceiver receiver;
  private final ObjectMapper json;

  OtlpResource(OtlpReceiver receiver, ObjectMapper json) {
    this.receiver = receiver;
    this.json = json;
  }

  @POST
  @Path("/traces")
  @Blocking
  @Operation(
      summary = "OTLP/HTTP: an ExportTraceServiceRequest, in protobuf or JSON, plain or gzip")
  @APIResponse(responseCode = "200", description = "The broker has all of it")
  @APIResponse(responseCode = "400", description = "Not OTLP (google.rpc.Status)")
  @APIResponse(responseCode = "413", description = "Larger than a record may be")
  @APIResponse(responseCode = "429", description = "Too much is under way; Retry-After")
  @APIResponse(responseCode = "503", description = "The broker does not answer; Retry-After")
  public CompletionStage<Response> traces(
      @RequestBody(
              content = {
                @Content(
                    mediaType = PROTOBUF,
                    schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(
                    mediaType = MediaType.APPLICATION_JSON,
                    schema = @Schema(type = SchemaType.OBJECT))
              })
          byte[] body,
      @HeaderParam(HttpHeaders.CONTENT_TYPE) MediaType kind,
      @HeaderParam(HttpHeaders.CONTENT_ENCODING) String coding) {
    return take(RawSpan.Signal.SPAN, body, kind, coding);
  }

  @POST
  @Path("/logs")
  @Blocking
  @Operation(summary = "OTLP/HTTP: an ExportLogsServiceRequest, in protobuf or JSON, plain or gzip")
  @APIResponse(responseCode = "200", description = "The broker has all of it")
  @APIResponse(responseCode = "400", description = "Not OTLP (google.rpc.Status)")
  @APIResponse(responseCode = "413", description = "Larger than a record may be")
  @APIResponse(responseCode = "429", description = "Too much is under way; Retry-After")
  @APIResponse(responseCode = "503", description = "The broker does not answer; Retry-After")
  public CompletionStage<Response> logs(
      @RequestBody(
              content = {
                @Content(
                    mediaType = PROTOBUF,
                    schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(
                    mediaType = MediaType.APPLICATION_JSON,
                    schema = @Schema(type = SchemaType.OBJECT))
              })
          byte[] body,
      @HeaderParam(HttpHeaders.CONTENT_TYPE) MediaType kind,
      @HeaderParam(HttpHeaders.CONTENT_ENCODING) String coding) {
    return take(RawSpan.Signal.LOG, body, kind, coding);
  }

  private CompletionStage<Response> take(
      RawSpan.Signal signal, byte[] body, MediaType kind, String coding) {
    boolean protobuf = kind == null || !kind.getSubtype().equalsIgnoreCase("json");
    return receiver
        .take(signal, body == null ? new byte[0] : body, coding)
        .thenApply(receipt -> answer(receipt, protobuf));
  }

  private Response answer(Receipt receipt, boolean protobuf) {
    Response.ResponseBuilder answer =
        Response.status(receipt.kind().status())
            .type(protobuf ? PROTOBUF : MediaType.APPLICATION_JSON)
            .entity(protobuf ? inProtobuf(receipt) : inJson(receipt));
    if (receipt.kind().isPassing()) {
      answer.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER);
    }
    return answer.build();
  }

  /** A response without partial success, which is no bytes at all; or a {@code Status}. */
  private static byte[] inProtobuf(Receipt receipt) {
    if (receipt.kind() == Receipt.Kind.TAKEN) {
      return new byte[0];
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.writeInt32(1, receipt.kind().rpcCode());
      out.writeString(2, receipt.message());
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private byte[] inJson(Receipt receipt) {
    ObjectNode body = json.createObjectNode();
    if (receipt.kind() != Receipt.Kind.TAKEN) {
      body.put("code", receipt.kind().rpcCode()).put("message", receipt.message());
    }
    return body.toString().getBytes(StandardCharsets.UTF_8);
  }
}
