package io.floorkeeper.routing;

import io.floorkeeper.platform.Caller;
import java.util.concurrent.CompletionStage;

/**
 * Not a failure: an answer that waits for an external classifier. It is thrown, so that the answers
 * of all other roles need no promise of an answer.
 */
final class ClassifiedFirst extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient RouteRequest request;
  private final transient Caller caller;
  private final transient CompletionStage<Classification> classification;

  ClassifiedFirst(
      RouteRequest request, Caller caller, CompletionStage<Classification> classification) {
    super(null, null, false, false);
    this.request = request;
    this.caller = caller;
    this.classification = classification;
  }

  RouteRequest request() {
    return request;
  }

  Caller caller() {
    return caller;
  }

  CompletionStage<Classification> classification() {
    return classification;
  }
}
