package io.floorkeeper.platform;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Who asks, as the credentials say: never as an unauthenticated body says.
 *
 * @param name of the key or subject, for logs and trails; never a secret
 * @param tenantNo as decision ids carry it; 0: the default tenant
 * @param tenant its name, which pins match
 * @param allTenants whether the caller is bound to no tenant: operators and platform teams
 * @param scopes what it may do
 * @param dataClass that all its requests have, whatever their bodies say; null: the body says it
 */
public record Caller(
    String name,
    int tenantNo,
    String tenant,
    boolean allTenants,
    Set<Scope> scopes,
    String dataClass) {

  /** The tenant of whoever names none. */
  public static final String DEFAULT_TENANT = "default";

  /** Of an installation without authentication: whoever reaches the loopback may do everything. */
  public static final Caller LOCAL =
      new Caller("local", 0, DEFAULT_TENANT, true, EnumSet.allOf(Scope.class), null);

  public Caller {
    scopes = Set.copyOf(scopes);
  }

  /** What a key may be good for. */
  public enum Scope {
    /** Ask for decisions and escalations. */
    ROUTE,
    /** Send spans and outcomes. */
    TELL,
    /** See what was decided, learned and claimed. */
    READ,
    /** Stop and start: the kill switch, keys. */
    OPERATE,
    /** Change the policy. */
    POLICY;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** As interfaces and tables say it: {@code route}. */
    @Override
    public String toString() {
      return word;
    }
  }
}
