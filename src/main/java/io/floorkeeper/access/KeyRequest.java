package io.floorkeeper.access;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.OneLine;
import io.floorkeeper.platform.Problem;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A key that is wanted; absent fields are null.
 *
 * @param tenant null: that of the maker
 * @param allTenants whether it is bound to none; null: no
 * @param dataClass that all its requests shall have; null: that of the maker, else they say it
 * @param expiresAt null: never
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record KeyRequest(
    @Schema(required = true, description = "whose key it is, for people") String name,
    @Schema(description = "lower case; the first key of a tenant makes it known") String tenant,
    @Schema(description = "bound to no tenant") Boolean allTenants,
    @Schema(required = true, description = "of route, tell, read, operate, policy")
        List<String> scopes,
    @Schema(description = "that all requests of the key have") String dataClass,
    Instant expiresAt) {

  private static final int MOST_NAME_CHARACTERS = 100;
  private static final int MOST_DATA_CLASS_CHARACTERS = 256;

  /** As pins and headers name it: one spelling, so that no other opens a pin. */
  private static final Pattern TENANT = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  private static final List<String> SCOPES =
      Arrays.stream(Caller.Scope.values()).map(Caller.Scope::toString).toList();

  /**
   * The row that a maker may enter for it.
   *
   * @param key that was made for it
   * @param makerGoodUntil when the maker's own key expires; null: never
   * @throws Problem.BadRequest naming the field
   * @throws Problem.Forbidden where it is good for more than its maker: another scope, tenant, data
   *     class or time
   */
  StoredKey entry(String key, Caller maker, Instant makerGoodUntil, Instant now) {
    text("name", name, MOST_NAME_CHARACTERS, true);
    text("tenant", tenant, MOST_DATA_CLASS_CHARACTERS, false);
    text("data_class", dataClass, MOST_DATA_CLASS_CHARACTERS, false);
    if (tenant != null && !TENANT.matcher(tenant).matches()) {
      throw invalid("tenant", "must be of a-z, 0-9, '.', '_' and '-', at most 64 characters");
    }
    if (expiresAt != null && !expiresAt.isAfter(now)) {
      throw invalid("expires_at", "must lie ahead");
    }
    boolean all = Boolean.TRUE.equals(allTenants);
    if (all && tenant != null) { // one of them is a mistake, and the wider one would win
      throw invalid("all_tenants", "contradicts tenant '" + tenant + "': one of them");
    }
    String of = tenant == null ? maker.tenant() : tenant;
    if (!maker.allTenants() && (all || !of.equals(maker.tenant()))) {
      throw new Problem.Forbidden(
          "tenant_bound",
          all ? "all_tenants" : "tenant",
          "a key of tenant '" + maker.tenant() + "' makes keys of that tenant only");
    }
    String data = dataClass == null ? maker.dataClass() : dataClass.strip();
    if (maker.dataClass() != null && !maker.dataClass().equalsIgnoreCase(data)) {
      throw new Problem.Forbidden(
          "forbidden",
          "data_class",
          "a key for data of class '" + maker.dataClass() + "' makes keys for that class only");
    }
    if (makerGoodUntil != null && (expiresAt == null || expiresAt.isAfter(makerGoodUntil))) {
      throw new Problem.Forbidden(
          "forbidden", "expires_at", "must not lie after that of the maker, " + makerGoodUntil);
    }
    return new StoredKey(
        ApiKey.idOf(key),
        ApiKey.hash(key),
        name.strip(),
        maker.tenantNo(),
        of,
        all,
        granted(maker),
        data,
        now,
        maker.name(),
        expiresAt,
        null);
  }

  private List<String> granted(Caller maker) {
    if (scopes == null || scopes.isEmpty()) {
      throw Problem.BadRequest.field("missing_field", "scopes", "at least one is needed");
    }
    for (String scope : scopes) {
      if (!SCOPES.contains(scope)) {
        throw invalid("scopes", "must be of " + String.join(", ", SCOPES));
      }
      if (maker.scopes().stream().noneMatch(had -> had.toString().equals(scope))) {
        throw new Problem.Forbidden(
            "forbidden", "scopes", "the maker's key lacks '" + scope + "' and cannot grant it");
      }
    }
    return List.copyOf(new TreeSet<>(scopes));
  }

  private static void text(String field, String value, int most, boolean required) {
    if (value == null && required) {
      throw Problem.BadRequest.field("missing_field", field, "is required");
    }
    if (value != null && (value.isBlank() || value.length() > most || !OneLine.is(value))) {
      throw invalid(field, "must be text in one line of 1 to " + most + " characters");
    }
  }

  private static Problem.BadRequest invalid(String field, String message) {
    return Problem.BadRequest.field("invalid_value", field, message);
  }
}
