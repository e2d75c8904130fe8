package io.floorkeeper.posterior;

import java.util.Map;

/**
 * What was known of all roles at one moment. Immutable.
 *
 * @param roles by role number
 * @param readAtMillis when it was read from the database, epoch milliseconds
 * @param spend by role number, of roles with a spend ceiling; null (a snapshot of an earlier
 *     version): none is known
 */
public record PosteriorSnapshot(
    Map<Integer, RoleEvidence> roles, long readAtMillis, Map<Integer, RoleSpend> spend) {
  public static final PosteriorSnapshot EMPTY = new PosteriorSnapshot(Map.of(), 0);

  public PosteriorSnapshot {
    roles = Map.copyOf(roles);
    spend = spend == null ? Map.of() : Map.copyOf(spend);
  }

  /** Of roles whose spend nobody asks for. */
  public PosteriorSnapshot(Map<Integer, RoleEvidence> roles, long readAtMillis) {
    this(roles, readAtMillis, Map.of());
  }

  /** The role's evidence, or none. */
  public RoleEvidence role(int roleNo) {
    RoleEvidence known = roles.get(roleNo);
    return known != null ? known : RoleEvidence.none(roleNo);
  }
}
