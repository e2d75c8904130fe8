package io.floorkeeper.access;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Callers;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.platform.ProblemMapper;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Set;

/**
 * Health in detail, metrics and the interface description, where the settings want keys for them.
 * Not there otherwise, so that no request pays for it.
 */
@ApplicationScoped
class ManagementGate {
  private static final String PATHS = "/q/";
  private static final int BEFORE_ALL = 1_000;

  /** Whoever watches over the process has no key, and learns up or down. */
  private static final Set<String> PROBES =
      Set.of("/q/health/live", "/q/health/ready", "/q/health/started");

  private final AccessBook book;
  private final Gate gate;
  private final SecuritySettings settings;

  ManagementGate(AccessBook book, Gate gate, SecuritySettings settings) {
    this.book = book;
    this.gate = gate;
    this.settings = settings;
  }

  void register(@Observes Filters filters) {
    if (book.mode() == SecurityMode.KEYS
        && settings.management() == SecuritySettings.Management.KEYS) {
      filters.register(this::pass, BEFORE_ALL);
    }
  }

  private void pass(RoutingContext context) {
    String path = context.normalizedPath();
    if (path.startsWith(PATHS) && !PROBES.contains(path)) {
      try {
        Caller caller = Callers.of(gate.identify(context.request().headers()));
        Gate.admit(caller, Caller.Scope.READ, false);
      } catch (Problem problem) {
        refuse(context, problem);
        return;
      }
    }
    context.next();
  }

  static void refuse(RoutingContext context, Problem problem) {
    context.response().setStatusCode(problem.status());
    context.response().putHeader("Content-Type", ProblemMapper.MEDIA_TYPE);
    if (problem.status() == 401) {
      context.response().putHeader("WWW-Authenticate", ProblemMapper.CHALLENGE);
    }
    context.response().end(ProblemMapper.body(problem));
  }
}
