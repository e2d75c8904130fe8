package io.floorkeeper.access;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Callers;
import io.floorkeeper.platform.Needs;
import io.floorkeeper.platform.Problem;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.SecurityContext;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Who asks, and whether they may: before every endpoint, on the thread that reads the request, from
 * memory alone. A request without a caller that we know gets 401, one whose caller may not 403,
 * before its body is read. A body that does not say what it is ({@link BodyKind}) is not read
 * either.
 */
public final class AuthenticationFilter {
  private static final SecurityContext LOCAL = Callers.context(Caller.LOCAL, null);

  private final Gate gate;
  private final boolean open;
  private final MeterRegistry meters;
  private final Map<Method, Needs> needs = new ConcurrentHashMap<>();

  AuthenticationFilter(AccessBook book, Gate gate, MeterRegistry meters) {
    this.meters = meters;
    this.gate = gate;
    this.open = book.mode() != SecurityMode.KEYS;
  }

  @ServerRequestFilter(nonBlocking = true, priority = Priorities.AUTHENTICATION)
  public void authenticate(
      ContainerRequestContext context, ResourceInfo resource, HttpServerRequest request) {
    Needs wanted = needs(resource.getResourceMethod());
    try {
      SecurityContext who = open ? LOCAL : gate.identify(request.headers());
      Gate.admit(Callers.of(who), wanted);
      BodyKind.require(request);
      context.setSecurityContext(who);
    } catch (Problem refusal) {
      meters.counter("floorkeeper.access.refused", "code", refusal.code()).increment();
      throw refusal;
    }
  }

  private Needs needs(Method method) {
    Needs known = needs.get(method);
    return known != null ? known : needs.computeIfAbsent(method, AuthenticationFilter::declared);
  }

  private static Needs declared(Method method) {
    Needs own = method.getAnnotation(Needs.class);
    Needs needs = own != null ? own : method.getDeclaringClass().getAnnotation(Needs.class);
    if (needs == null) {
      throw new IllegalStateException(method + " says not what it needs, and is not answered");
    }
    return needs;
  }
}
