package io.floorkeeper.ledger;

import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What nobody can say of the calls that came: whose they were, and what they cost. */
@ApplicationScoped
public class CallGaps {

  /** Calls and the tokens that they are billed for. */
  public record Amount(long calls, BigInteger tokens) {
    static final Amount NONE = new Amount(0, BigInteger.ZERO);

    private Amount plus(Amount other) {
      return new Amount(calls + other.calls, tokens.add(other.tokens));
    }
  }

  /**
   * A model that some calls cannot be priced of.
   *
   * @param model as the calls name it, cut at 200 characters; empty: they name none
   */
  public record Unpriced(String model, Amount amount) {}

  /**
   * The gaps of a time.
   *
   * @param all calls of that time
   * @param unattributed without a role
   * @param unpriced without a price, and without a cost that they report
   * @param models the unpriced ones, most tokens first; of more than asked for, the first
   */
  public record Gaps(Amount all, Amount unattributed, Amount unpriced, List<Unpriced> models) {
    public Gaps {
      models = List.copyOf(models);
    }
  }

  private static final String GAPS =
      """
      select model, sum(calls), sum(%1$s), sum(calls) filter (where %2$s), sum(%1$s) filter (where %2$s),
        sum(unpriced), sum(unpriced_tokens)
      from call_hour where hour >= ?::timestamptz group by model order by 7 desc, 6 desc, model
      """
          .formatted(
              "input_tokens + cache_read_tokens + cache_write_tokens + output_tokens",
              "role = 'unattributed' and routing = 'unrouted'");

  /**
   * @param since calls that began from then on, by whole hours
   * @param mostModels at most so many are told one by one
   */
  public Gaps read(Connection connection, Instant since, int mostModels) throws SQLException {
    Amount all = Amount.NONE;
    Amount unattributed = Amount.NONE;
    Amount unpriced = Amount.NONE;
    List<Unpriced> models = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(GAPS)) {
      select.setString(1, since.toString());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          all = all.plus(amount(row, 2));
          unattributed = unattributed.plus(amount(row, 4));
          Amount ofModel = amount(row, 6);
          unpriced = unpriced.plus(ofModel);
          if (ofModel.calls > 0 && models.size() < mostModels) {
            models.add(new Unpriced(row.getString(1), ofModel));
          }
        }
      }
    }
    return new Gaps(all, unattributed, unpriced, models);
  }

  private static Amount amount(ResultSet row, int column) throws SQLException {
    return row.getBigDecimal(column + 1) == null
        ? Amount.NONE
        : new Amount(row.getLong(column), row.getBigDecimal(column + 1).toBigIntegerExact());
  }
}
