package io.floorkeeper.routing;

import io.floorkeeper.platform.ProblemMapper;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.CompletableFuture;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * Thrown instead of an answer whose pin says {@code audit: required}: the answer is given when the
 * broker has its record, and no thread waits for that. So requests without such a pin go the
 * straight way and pay nothing for it.
 */
public final class RecordedFirst extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Object answer;
  private final transient CompletableFuture<Boolean> recorded;

  /**
   * @param recorded true: the broker has it; false: not in time
   */
  RecordedFirst(Object answer, CompletableFuture<Boolean> recorded) {
    super("the answer waits for its record", null, false, false);
    this.answer = answer;
    this.recorded = recorded;
  }

  /** Goes on when the broker has the record, or when the limit has passed. */
  public static final class Mapper {
    @ServerExceptionMapper
    public Uni<Response> recorded(RecordedFirst waiting) {
      return Uni.createFrom()
          .completionStage(waiting.recorded)
          .map(
              there ->
                  there
                      ? Response.ok(waiting.answer, MediaType.APPLICATION_JSON_TYPE).build()
                      : new ProblemMapper().problem(LoggedAnswers.unavailable()));
    }
  }
}
