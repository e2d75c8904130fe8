package io.floorkeeper.pricing;

import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** Every catalogue that was ever in force, as its file was. */
@ApplicationScoped
class CatalogueRepository {
  private final AgroalDataSource database;

  CatalogueRepository(AgroalDataSource database) {
    this.database = database;
  }

  /** Keeps it, before it is in force anywhere; or notes that it is again. */
  void keep(String digest, byte[] content) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                """
                insert into price_catalogue (digest, content) values (?, ?)
                on conflict (digest) do update set last_loaded_at = now()
                """)) {
      insert.setString(1, digest);
      insert.setBytes(2, content);
      insert.executeUpdate();
    }
  }

  Optional<byte[]> content(String digest) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement select =
            connection.prepareStatement("select content from price_catalogue where digest = ?")) {
      select.setString(1, digest);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
      }
    }
  }

  /** The one that was loaded last, by whichever replica. */
  Optional<byte[]> latest() throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                "select content from price_catalogue order by last_loaded_at desc, digest limit 1");
        ResultSet row = select.executeQuery()) {
      return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
    }
  }
}
