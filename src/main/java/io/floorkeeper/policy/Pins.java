package io.floorkeeper.policy;

import java.util.Map;

/**
 * Which pins bind a request. Pure; the one meaning of a pin, for those who decide and for those who
 * prove afterwards.
 *
 * <p>Fails closed. Spelling does not open a pin (roles, data classes and tags are compared without
 * case and outer spaces), and neither does silence: a request without a data class, or with one
 * that the policy does not know, is bound by all pins on data classes that its role, tenant and
 * tags leave, which is the strictest that its tenant has.
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
            || alike(pin.role().get(), role)
            || pin.role().get().equals(policyRole))
        && (pin.dataClass().isEmpty() || strictest || alike(pin.dataClass().get(), dataClass))
        && (pin.tenant().isEmpty() || pin.tenant().get().equals(tenant))
        && hasTags(pin.tags(), tags);
  }

  private static boolean alike(String pinned, String given) {
    return given != null && pinned.equalsIgnoreCase(given.strip());
  }

  /** However the request spells them; a request has few tags, and few pins ask for any. */
  private static boolean hasTags(Map<String, String> wanted, Map<String, String> given) {
    if (wanted.isEmpty()) {
      return true; // a map of the JDK allocates to be walked over
    }
    if (given == null) {
      return false;
    }
    for (Map.Entry<String, String> tag : wanted.entrySet()) {
      boolean found = false;
      for (Map.Entry<String, String> said : given.entrySet()) {
        found |= alike(tag.getKey(), said.getKey()) && alike(tag.getValue(), said.getValue());
      }
      if (!found) {
        return false;
      }
    }
    return true;
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
