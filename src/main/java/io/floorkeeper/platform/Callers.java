package io.floorkeeper.platform;

import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;
import java.time.Instant;

/**
 * The caller of a request, as its {@link SecurityContext} carries it from the filter that knows
 * keys to the endpoint. One object per key, not per request.
 */
public final class Callers implements SecurityContext, Principal {
  private final Caller caller;
  private final Instant goodUntil;

  private Callers(Caller caller, Instant goodUntil) {
    this.caller = caller;
    this.goodUntil = goodUntil;
  }

  /**
   * @param goodUntil when the credentials expire; null: never
   */
  public static SecurityContext context(Caller caller, Instant goodUntil) {
    return new Callers(caller, goodUntil);
  }

  /**
   * Who asks.
   *
   * @throws IllegalStateException where nobody has said so: an endpoint past the filter is a defect
   *     of ours, and is not answered
   */
  public static Caller of(SecurityContext context) {
    return known(context).caller;
  }

  /** When the caller's credentials expire; null: never. */
  public static Instant goodUntil(SecurityContext context) {
    return known(context).goodUntil;
  }

  private static Callers known(SecurityContext context) {
    if (context != null && context.getUserPrincipal() instanceof Callers known) {
      return known;
    }
    throw new IllegalStateException("the request has no caller");
  }

  @Override
  public String getName() {
    return caller.name();
  }

  @Override
  public Principal getUserPrincipal() {
    return this;
  }

  @Override
  public boolean isUserInRole(String role) {
    for (Caller.Scope scope : caller.scopes()) {
      if (scope.toString().equals(role)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean isSecure() {
    return false; // TLS ends before us, or Quarkus knows
  }

  @Override
  public String getAuthenticationScheme() {
    return null;
  }

  @Override
  public String toString() {
    return "Callers[" + caller.name() + "]";
  }
}
