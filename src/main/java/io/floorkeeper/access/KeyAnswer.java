package io.floorkeeper.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A key as it may be shown: never its hash.
 *
 * @param key itself, in the answer that makes it and never again; else null
 * @param tenant of its requests; with {@code allTenants} where nobody names another
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record KeyAnswer(
    String keyId,
    @JsonInclude(JsonInclude.Include.NON_NULL)
        @Schema(description = "the key itself, in the answer that makes it and never again")
        String key,
    String name,
    String tenant,
    boolean allTenants,
    List<String> scopes,
    String dataClass,
    Instant createdAt,
    String createdBy,
    Instant expiresAt,
    Instant revokedAt) {

  /** All that the caller may see. */
  public record Keys(List<KeyAnswer> keys) {}

  /**
   * @param key null: it is not shown
   */
  static KeyAnswer of(StoredKey stored, String key) {
    return new KeyAnswer(
        stored.keyId(),
        key,
        stored.name(),
        stored.tenant(),
        stored.allTenants(),
        stored.scopes(),
        stored.dataClass(),
        stored.createdAt(),
        stored.createdBy(),
        stored.expiresAt(),
        stored.revokedAt());
  }
}
