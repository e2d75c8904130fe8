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
   * @param provider as the calls name it; empty: they name none
   * @param model as the calls name it, cut at 200 characters; empty: they name none
   */
  public record Unpriced(String provider, String model, Amount amount) {}

  /**
   * The gaps of a time.
   *
   * @param all calls of that time
   * @param unattributed without a role
   * @param unpriced of models that no price is known of, without a cost that they report
   * @param models the unpriced ones, most tokens first; of more than asked for, the first
   * @param untold calls that nobody could price, for they tell neither tokens nor a cost; those of
   *     models without a price are among the unpriced, where others of the model tell tokens
   * @param untoldModels of these, most calls first; of more than asked for, the first
   */
  public record Gaps(
      Amount all,
      Amount unattributed,
      Amount unpriced,
      List<Unpriced> models,
      Amount untold,
      List<Unpriced> untoldModels) {
    public Gaps {
      models = List.copyOf(models);
      untoldModels = List.copyOf(untoldModels);
    }
  }

  private static final String GAPS =
      """
      select model, provider, sum(calls), sum(%1$s), sum(calls) filter (where %2$s), sum(%1$s) filter (where %2$s),
        sum(unpriced), sum(unpriced_tokens)
      from call_hour where hour >= ?::timestamptz group by model, provider order by 8 desc, 7 desc, model, provider
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
    Amount untold = Amount.NONE;
    List<Unpriced> models = new ArrayList<>();
    List<Unpriced> untoldModels = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(GAPS)) {
      select.setString(1, since.toString());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          all = all.plus(amount(row, 3));
          unattributed = unattributed.plus(amount(row, 5));
          Amount ofModel = amount(row, 7);
          if (ofModel.calls == 0) {
            continue;
          }
          boolean tells = ofModel.tokens.signum() > 0;
          unpriced = tells ? unpriced.plus(ofModel) : unpriced;
          untold = tells ? untold : untold.plus(ofModel);
          List<Unpriced> into = tells ? models : untoldModels;
          if (into.size() < mostModels) {
            into.add(new Unpriced(row.getString(2), row.getString(1), ofModel));
          }
        }
      }
    }
    return new Gaps(all, unattributed, unpriced, models, untold, untoldModels);
  }

  private static Amount amount(ResultSet row, int column) throws SQLException {
    return row.getBigDecimal(column + 1) == null
        ? Amount.NONE
        : new Amount(row.getLong(column), row.getBigDecimal(column + 1).toBigIntegerExact());
  }
}
