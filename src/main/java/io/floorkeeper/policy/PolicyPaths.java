package io.floorkeeper.policy;

/** Where a role's setting stands in the document. */
@FunctionalInterface
interface PolicyPaths {
  String of(String role, String key);
}
