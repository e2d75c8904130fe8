package io.floorkeeper.posterior;

import java.util.Map;

/**
 * What was known of all roles at one moment. Immutable.
 *
 * @param roles by role number
 * @param readAtMillis when it was read from the database, epoch milliseconds
 */
public record PosteriorSnapshot(Map<Integer, RoleEvidence> roles, long readAtMillis) {
  public static final PosteriorSnapshot EMPTY = new PosteriorSnapshot(Map.of(), 0);

  public PosteriorSnapshot {
    roles = Map.copyOf(roles);
  }

  /** The role's evidence, or none. */
  public RoleEvidence role(int roleNo) {
    RoleEvidence known = roles.get(roleNo);
    return known != null ? known : RoleEvidence.none(roleNo);
  }
}
