package io.floorkeeper.access;

import java.util.List;

/** Where the command line gets keys made, shown and revoked. */
interface KeyDesk {
  /** Makes a key; the answer holds it. */
  KeyAnswer make(KeyRequest request);

  List<KeyAnswer> list();

  KeyAnswer revoke(String keyId);
}
