package io.floorkeeper.policy;

import java.util.Map;

/**
 * Which pins bind a request. Pure; the one meaning of a pin, for those who decide and for those who
 * prove afterwards.
 *
 * <p>Fails closed. Spelling does not open a pin (data classes are compared without case and outer
 * spaces), and neither does silence: a request without a data class, or with one that the policy
 * does not know, is bound by all pins on data classes that its role, tenant and tags leave, which
 * is the strictest that its tenant has.
 */
public final class Pins {
  private Pins() {}

  /**
   * Whether the request counts as of its tenant's strictest class: it says none, or one that
   * neither a pin nor {@code data_classes} names.
   */
  public static boolean isStrictest(Policy policy, String dataClass) {
    return pinsDataClasses(policy)
        && (dataClass == null || !policy.dataClasses().contains(dataClass.strip()));
  }

  private static boolean pinsDataClasses(Policy policy) {
    for (int i = 0; i < policy.pins().size(); i++) { // no iterator: this is asked per request
      if (policy.pins().get(i).dataClass().isPresent()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether {@code pin} binds the request.
   *
   * @param strictest as {@link #isStrictest} has it
   * @param role as the request names it, {@code policyRole} the one that answers for it: a pin on
   *     either binds
   * @param dataClass null where the request says none, so {@code tags}
   */
  public static boolean binds(
      Pin pin,
      boolean strictest,
      String role,
      String policyRole,
      String tenant,
      String dataClass,
      Map<String, String> tags) {
    return (pin.role().isEmpty()
            || pin.role().get().equals(role)
            || pin.role().get().equals(policyRole))
        && (pin.dataClass().isEmpty()
            || strictest
            || dataClass != null && pin.dataClass().get().equalsIgnoreCase(dataClass.strip()))
        && (pin.tenant().isEmpty() || pin.tenant().get().equals(tenant))
        && tagsMatch(pin.tags(), tags);
  }

  static boolean tagsMatch(Map<String, String> wanted, Map<String, String> given) {
    if (wanted.isEmpty()) {
      return true; // a map of the JDK allocates to be walked over
    }
    for (Map.Entry<String, String> tag : wanted.entrySet()) {
      if (given == null || !tag.getValue().equals(given.get(tag.getKey()))) {
        return false;
      }
    }
    return true;
  }
}
