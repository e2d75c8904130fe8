package io.floorkeeper.access;

import io.floorkeeper.platform.Problem;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.regex.Pattern;

/**
 * Where nobody is asked for a key because only this machine reaches us: its browser does too, for
 * any page that it shows. So no request of another origin is answered, and none under a name that
 * its owner can point at this machine (DNS rebinding). Not there in the other modes.
 */
@ApplicationScoped
class LoopbackGuard {
  private static final int BEFORE_ALL = 2_000;
  private static final Pattern LOOPBACK =
      Pattern.compile(
          "(?:localhost|127(?:\\.\\d{1,3}){3}|\\[::1])(?::\\d{1,5})?", Pattern.CASE_INSENSITIVE);

  private final AccessBook book;
  private final MeterRegistry meters;

  LoopbackGuard(AccessBook book, MeterRegistry meters) {
    this.book = book;
    this.meters = meters;
  }

  void register(@Observes Filters filters) {
    if (book.mode() == SecurityMode.NONE_LOOPBACK) {
      filters.register(this::pass, BEFORE_ALL);
    }
  }

  private void pass(RoutingContext context) {
    HttpServerRequest request = context.request();
    String host = request.getHeader("Host");
    if (host == null && request.authority() != null) { // as HTTP/2 says it
      host = request.authority().toString();
    }
    try {
      require(host, request.getHeader("Origin"), request.scheme());
    } catch (Problem problem) {
      meters.counter("floorkeeper.access.refused", "code", problem.code()).increment();
      ManagementGate.refuse(context, problem);
      return;
    }
    context.next();
  }

  /**
   * @param host name or address and port that the request is for; null: it says none, which no
   *     browser does
   * @param origin of the page that makes the request; null: no page does
   * @throws Problem.Forbidden {@code cross_origin}
   */
  static void require(String host, String origin, String scheme) {
    if (host != null && !LOOPBACK.matcher(host).matches()) {
      throw new Problem.Forbidden(
          "cross_origin",
          "Host",
          "must be localhost, an address of 127.0.0.0/8 or [::1] where no keys are asked for");
    }
    if (origin != null && (host == null || !origin.equalsIgnoreCase(scheme + "://" + host))) {
      throw new Problem.Forbidden(
          "cross_origin", "Origin", "pages of other origins may not where no keys are asked for");
    }
  }
}
