package io.floorkeeper.ledger;

import io.agroal.api.AgroalDataSource;
import io.floorkeeper.platform.DatabaseReady;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The keys of decision ids in force. They live in the database, so that all replicas sign and
 * verify alike; the first replica ever makes the first one.
 *
 * <p>Before the database (or the snapshot on disk) has given them, a key of this process alone
 * signs under {@link DecisionId#UNSTORED_KEY}: such ids serve callers, and teach nobody.
 */
@ApplicationScoped
public class KeyBook {
  private static final int SECRET_BYTES = 32;

  private final AgroalDataSource database;
  private final AtomicReference<DecisionKeys> current =
      new AtomicReference<>(new DecisionKeys(Map.of(DecisionId.UNSTORED_KEY, newSecret())));

  KeyBook(AgroalDataSource database) {
    this.database = database;
  }

  public DecisionKeys current() {
    return current.get();
  }

  /** Keys from the snapshot on disk, until the database gives them. */
  public void seed(DecisionKeys stored) {
    current.set(stored);
  }

  void load(@Observes @Priority(DatabaseReady.Order.KEYS) DatabaseReady ready) throws SQLException {
    try (Connection connection = database.getConnection()) {
      try (PreparedStatement first =
          connection.prepareStatement(
              "insert into decision_key (key_no, secret) values (0, ?) on conflict do nothing")) {
        first.setBytes(1, newSecret());
        first.executeUpdate();
      }
      Map<Integer, byte[]> secrets = new TreeMap<>();
      try (PreparedStatement select =
              connection.prepareStatement("select key_no, secret from decision_key");
          ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          secrets.put(rows.getInt(1), rows.getBytes(2));
        }
      }
      DecisionKeys stored = new DecisionKeys(secrets);
      if (!stored.sameAs(current.get())) {
        current.set(stored);
      }
    }
  }

  private static byte[] newSecret() {
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    return secret;
  }
}
