package io.floorkeeper.access;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.floorkeeper.platform.Caller;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A row of {@code api_key}.
 *
 * @param hash SHA-256, 32 bytes; null where it was not asked for
 * @param tenant by name
 * @param scopes as words
 * @param dataClass that all its requests have; null: the body says it
 * @param createdBy the name of the key that made it
 * @param expiresAt null: never
 * @param revokedAt null: not
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record StoredKey(
    String keyId,
    byte[] hash,
    String name,
    int tenantNo,
    String tenant,
    boolean allTenants,
    List<String> scopes,
    String dataClass,
    Instant createdAt,
    String createdBy,
    Instant expiresAt,
    Instant revokedAt) {

  Caller caller() {
    Set<Caller.Scope> granted = EnumSet.noneOf(Caller.Scope.class);
    for (Caller.Scope scope : Caller.Scope.values()) {
      if (scopes.contains(scope.toString())) {
        granted.add(scope);
      }
    }
    return new Caller(name, tenantNo, tenant, allTenants, granted, dataClass);
  }

  /** What it is good for, for people and trails. */
  String inWords() {
    return String.join(", ", scopes)
        + (allTenants ? "; no tenant" : "; tenant " + tenant)
        + (dataClass == null ? "" : "; data class " + dataClass)
        + (expiresAt == null ? "" : "; until " + expiresAt);
  }

  /** Whether a caller may see and revoke it: one that is bound to a tenant only its tenant's. */
  boolean isWithin(Caller caller) {
    return caller.allTenants() || !allTenants && tenantNo == caller.tenantNo();
  }
}
