package io.floorkeeper.routing;

import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;

/** The number of this replica in its decision ids. */
@ApplicationScoped
class ReplicaNumber {
  private final int value;

  ReplicaNumber(RoutingSettings settings) {
    value = settings.replica().orElseGet(() -> new SecureRandom().nextInt(0x1_0000));
    if (value < 0 || value > 0xFFFF) {
      throw new IllegalArgumentException(
          "floorkeeper.routing.replica must lie in 0 to 65535: " + value);
    }
  }

  int value() {
    return value;
  }
}
