package io.floorkeeper.ingest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.floorkeeper.ledger.CallGaps;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/** What {@code GET /ingest} says of calls that belong to nobody or have no price. */
final class GapsAnswer {
  private static final MathContext SHARE = new MathContext(4);

  private GapsAnswer() {}

  /**
   * Adds {@code calls}, {@code unattributed}, {@code unpriced} and {@code without_tokens}.
   *
   * @param since of which calls, by the hour of their start
   * @param near models with a price that one without may be
   */
  static void put(
      ObjectNode answer, CallGaps.Gaps gaps, Instant since, Function<String, List<String>> near) {
    answer
        .putObject("calls")
        .put("since", since.toString())
        .put("calls", gaps.all().calls())
        .put("tokens", gaps.all().tokens());
    put(answer.putObject("unattributed"), gaps.unattributed(), gaps.all());
    ObjectNode unpriced = answer.putObject("unpriced");
    put(unpriced, gaps.unpriced(), gaps.all());
    ArrayNode models = unpriced.putArray("models");
    for (CallGaps.Unpriced model : gaps.models()) {
      ObjectNode node = put(models, model, gaps);
      ArrayNode suggestions = node.putArray("suggestions");
      near.apply(model.model()).forEach(suggestions::add);
    }
    ObjectNode untold = answer.putObject("without_tokens");
    put(untold, gaps.untold(), gaps.all());
    ArrayNode untoldModels = untold.putArray("models");
    gaps.untoldModels().forEach(model -> put(untoldModels, model, gaps));
  }

  private static ObjectNode put(ArrayNode into, CallGaps.Unpriced model, CallGaps.Gaps gaps) {
    ObjectNode node =
        into.addObject()
            .put("provider", model.provider().isEmpty() ? null : model.provider())
            .put("model", model.model().isEmpty() ? null : model.model());
    put(node, model.amount(), gaps.all());
    return node;
  }

  private static void put(ObjectNode node, CallGaps.Amount part, CallGaps.Amount all) {
    node.put("calls", part.calls())
        .put("tokens", part.tokens())
        .put(
            "share_of_calls",
            share(BigInteger.valueOf(part.calls()), BigInteger.valueOf(all.calls())))
        .put("share_of_tokens", share(part.tokens(), all.tokens()));
  }

  private static BigDecimal share(BigInteger part, BigInteger all) {
    return all.signum() == 0
        ? BigDecimal.ZERO
        : new BigDecimal(part).divide(new BigDecimal(all), SHARE).stripTrailingZeros();
  }
}
