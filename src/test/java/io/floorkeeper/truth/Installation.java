package io.floorkeeper.truth;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.DecisionKeys;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one installation gave out by itself and a generator has to know: the numbers of names, and
 * the key that signs.
 *
 * @param roles by name
 * @param arms by {@code tier/model}
 * @param unstored signs as a replica does that never reached the database
 */
record Installation(
    Map<String, Integer> roles,
    Map<String, Integer> arms,
    DecisionKeys keys,
    DecisionKeys unstored,
    int policyVersion) {

  static Installation read(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      Map<String, Integer> roles = new TreeMap<>();
      try (ResultSet row = statement.executeQuery("select name, role_no from role")) {
        while (row.next()) {
          roles.put(row.getString(1), row.getInt(2));
        }
      }
      Map<String, Integer> arms = new TreeMap<>();
      try (ResultSet row =
          statement.executeQuery("select key, arm_no from arm where tenant_no = 0")) {
        while (row.next()) {
          arms.put(row.getString(1), row.getInt(2));
        }
      }
      Map<Integer, byte[]> secrets = new TreeMap<>();
      try (ResultSet row = statement.executeQuery("select key_no, secret from decision_key")) {
        while (row.next()) {
          secrets.put(row.getInt(1), row.getBytes(2));
        }
      }
      try (ResultSet row = statement.executeQuery("select max(version) from policy_version")) {
        row.next();
        return new Installation(
            roles,
            arms,
            new DecisionKeys(secrets),
            new DecisionKeys(Map.of(DecisionId.UNSTORED_KEY, new byte[32])),
            row.getInt(1));
      }
    }
  }
}
