package io.floorkeeper.access;

import io.floorkeeper.platform.Callers;
import jakarta.ws.rs.core.SecurityContext;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All keys that open anything, as they stood at one moment. Immutable: read without a lock. */
final class KeyRing {

  private record Known(byte[] hash, long expiresAtMillis, SecurityContext context) {}

  private final List<StoredKey> keys;
  private final Map<String, Integer> tenants;
  private final Map<String, Known> byId = new HashMap<>();

  /**
   * @param keys revoked ones may be among them, and open nothing
   * @param tenants number by name
   */
  KeyRing(List<StoredKey> keys, Map<String, Integer> tenants) {
    this.keys = List.copyOf(keys);
    this.tenants = Map.copyOf(tenants);
    for (StoredKey key : keys) {
      if (key.revokedAt() == null) {
        Instant expires = key.expiresAt();
        byId.put(
            key.keyId(),
            new Known(
                key.hash(),
                expires == null ? Long.MAX_VALUE : expires.toEpochMilli(),
                Callers.context(key.caller(), expires)));
      }
    }
  }

  List<StoredKey> keys() {
    return keys;
  }

  Map<String, Integer> tenants() {
    return tenants;
  }

  /** The number of a tenant; null where no key has ever named it. */
  Integer tenantNo(String name) {
    return tenants.get(name);
  }

  /**
   * The owner of a key; null where it opens nothing. Which of the reasons it is (no such key,
   * another secret, revoked, expired) is nobody's business who cannot show a good one. The time
   * tells whether the id exists, which is no secret.
   */
  SecurityContext authenticate(String presented, long nowMillis) {
    String id = ApiKey.idOf(presented);
    Known known = id == null ? null : byId.get(id);
    if (known == null || !MessageDigest.isEqual(known.hash, ApiKey.hash(presented))) {
      return null;
    }
    return nowMillis < known.expiresAtMillis ? known.context : null;
  }
}
