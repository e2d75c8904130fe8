package io.floorkeeper.access;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Callers;
import io.floorkeeper.platform.Needs;
import io.floorkeeper.platform.OneLine;
import io.floorkeeper.platform.Problem;
import io.vertx.core.MultiMap;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.SecurityContext;
import java.time.Clock;

/**
 * From the headers of a request to its caller, and from caller and endpoint to yes or no. A map in
 * memory and one SHA-256: no lock, no SQL.
 */
@ApplicationScoped
class Gate {
  private static final String BEARER = "Bearer ";
  private static final String AUTHORIZATION = "Authorization";
  private static final String OWN_HEADER = "X-Floorkeeper-Key";
  private static final int MOST_CHARACTERS = 256;

  private final AccessBook book;
  private final String tenantHeader;
  private final String dataClassHeader;
  private final Clock clock = Clock.systemUTC();

  Gate(AccessBook book, SecuritySettings settings) {
    this.book = book;
    this.tenantHeader = settings.tenantHeader().orElse(null);
    this.dataClassHeader = settings.dataClassHeader().orElse(null);
  }

  /**
   * Who asks.
   *
   * @throws Problem.Unauthenticated where nobody that we know does
   * @throws Problem.Forbidden where a key that is bound to a tenant speaks for another
   * @throws Problem.Unprocessable where a trusted header contradicts the key, or names no tenant
   */
  SecurityContext identify(MultiMap headers) {
    String presented = presented(headers);
    if (presented == null) {
      throw new Problem.Unauthenticated(
          "an API key is needed: send it as \"Authorization: Bearer fk_...\" or as " + OWN_HEADER);
    }
    KeyRing ring = book.current();
    if (ring == null) {
      throw new Problem.Unavailable(
          "keys_unavailable", "the keys are not known yet: the database has not been reached");
    }
    SecurityContext who = ring.authenticate(presented, clock.millis());
    if (who == null) {
      throw new Problem.Unauthenticated("the API key is not known here, or no longer good");
    }
    return tenantHeader == null && dataClassHeader == null ? who : spokenFor(who, headers, ring);
  }

  /** Whether a caller may come in. */
  static void admit(Caller caller, Needs needs) {
    admit(caller, needs.value(), needs.ownTenant(), needs.or());
  }

  /**
   * @param or scopes that do as well
   */
  static void admit(Caller caller, Caller.Scope scope, boolean ownTenant, Caller.Scope... or) {
    if (!caller.scopes().contains(scope) && !hasOne(caller, or)) {
      StringBuilder scopes = new StringBuilder("'" + scope + "'");
      for (Caller.Scope other : or) {
        scopes.append(" or '").append(other).append('\'');
      }
      throw new Problem.Forbidden(
          "forbidden", "scope", "this needs the scope " + scopes + ", which the key lacks");
    }
    if (!ownTenant && !caller.allTenants()) {
      throw new Problem.Forbidden(
          "tenant_bound",
          "tenant",
          "this looks at the whole installation, and the key is bound to tenant '"
              + caller.tenant()
              + "'");
    }
  }

  private static boolean hasOne(Caller caller, Caller.Scope... scopes) {
    for (Caller.Scope scope : scopes) {
      if (caller.scopes().contains(scope)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The key that the request shows. What a proxy in between wants of another scheme (Basic) is not
   * looked at; two keys are refused, since whoever passes the request on may believe the other one.
   *
   * @throws Problem.BadRequest {@code ambiguous_header}
   */
  private static String presented(MultiMap headers) {
    String own = single(headers, OWN_HEADER);
    String authorization = single(headers, AUTHORIZATION);
    String bearer =
        authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
            ? authorization.substring(BEARER.length()).strip()
            : null;
    if (own != null && bearer != null && !own.strip().equals(bearer)) {
      throw Problem.BadRequest.field(
          "ambiguous_header", OWN_HEADER, "shows another key than " + AUTHORIZATION);
    }
    return own != null ? own : bearer;
  }

  private static String single(MultiMap headers, String name) {
    String value = headers.get(name);
    if (value != null && headers.getAll(name).size() > 1) {
      throw Problem.BadRequest.field("ambiguous_header", name, "is there more than once");
    }
    return value;
  }

  /** The caller as a gateway's headers narrow it. */
  private SecurityContext spokenFor(SecurityContext who, MultiMap headers, KeyRing ring) {
    Caller caller = Callers.of(who);
    String tenant = header(headers, tenantHeader);
    String dataClass = header(headers, dataClassHeader);
    if (tenant == null && dataClass == null) {
      return who;
    }
    if (!caller.allTenants()) {
      return sameOrRefused(who, caller, tenant, dataClass);
    }
    int tenantNo = caller.tenantNo();
    if (tenant != null) {
      Integer known = ring.tenantNo(tenant);
      if (known == null) {
        throw new Problem.Unprocessable(
            "unknown_tenant", tenantHeader, "names no tenant that has ever had a key");
      }
      tenantNo = known;
    }
    if (dataClass != null
        && caller.dataClass() != null
        && !caller.dataClass().equalsIgnoreCase(dataClass)) {
      throw mismatch(dataClassHeader, caller);
    }
    return Callers.context(
        new Caller(
            caller.name(),
            tenantNo,
            tenant == null ? caller.tenant() : tenant,
            tenant == null, // who speaks for a tenant sees what that tenant sees
            caller.scopes(),
            dataClass == null ? caller.dataClass() : dataClass),
        Callers.goodUntil(who));
  }

  /** A key of a tenant speaks for nobody; silence would let its owner believe that it does. */
  private SecurityContext sameOrRefused(
      SecurityContext who, Caller caller, String tenant, String dataClass) {
    if (tenant != null && !tenant.equals(caller.tenant())) {
      throw new Problem.Forbidden(
          "tenant_bound", tenantHeader, "is believed from keys only that are bound to no tenant");
    }
    if (dataClass != null && !dataClass.equalsIgnoreCase(caller.dataClass())) {
      if (caller.dataClass() != null) {
        throw mismatch(dataClassHeader, caller);
      }
      throw new Problem.Forbidden(
          "tenant_bound",
          dataClassHeader,
          "is believed from keys only that are bound to no tenant");
    }
    return who;
  }

  private static Problem mismatch(String field, Caller caller) {
    return new Problem.Unprocessable(
        "data_class_mismatch", field, "the key is for data of class '" + caller.dataClass() + "'");
  }

  private static String header(MultiMap headers, String name) {
    // A gateway that adds does not replace what it was sent.
    String value = name == null ? null : single(headers, name);
    if (value == null || value.isBlank()) {
      return null;
    }
    if (value.length() > MOST_CHARACTERS || !OneLine.is(value)) {
      throw Problem.BadRequest.field(
          "invalid_value",
          name,
          "must be text in one line of at most " + MOST_CHARACTERS + " characters");
    }
    return value.strip();
  }
}
