package io.floorkeeper.ingest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.floorkeeper.ledger.DivergenceRepository;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.pricing.CatalogueModel;
import io.floorkeeper.pricing.NearNames;
import io.floorkeeper.pricing.PriceBook;
import io.floorkeeper.pricing.PriceWatch;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What {@code GET /ingest} says of prices: whose they are, and how far reported dollars are off.
 */
@ApplicationScoped
class PriceReport {
  private static final int MOST_MODELS = 10;
  private static final int MOST_SUGGESTED = 3;

  private final PriceBook prices;
  private final PriceWatch watch;
  private final PolicyBook policies;
  private final DivergenceRepository divergence;

  PriceReport(
      PriceBook prices, PriceWatch watch, PolicyBook policies, DivergenceRepository divergence) {
    this.prices = prices;
    this.watch = watch;
    this.policies = policies;
    this.divergence = divergence;
  }

  /** Adds all of it. */
  void tell(ObjectNode answer, Connection connection) throws SQLException {
    catalogue(answer.putObject("catalogue"));
    divergence(answer.putObject("reported_cost"), divergence.read(connection));
  }

  private void catalogue(ObjectNode node) {
    PriceBook.Loaded loaded = prices.loaded();
    node.put("file", watch.file().map(Path::toString).orElse(null));
    node.put("digest", loaded.catalogue().digest());
    node.put("taken_at", loaded.at() == null ? null : loaded.at().toString());
    node.put("providers", loaded.catalogue().providerCount());
    node.put("models", loaded.catalogue().models().size());
    node.put("trouble", watch.trouble().map(PriceWatch.Trouble::message).orElse(null));
  }

  /** The mean is over dollars, so that many small calls do not hide a large one. */
  private static void divergence(ObjectNode node, List<DivergenceRepository.OfModel> models) {
    DivergenceRepository.Sums all =
        models.stream()
            .map(DivergenceRepository.OfModel::sums)
            .reduce(
                new DivergenceRepository.Sums(0, 0, BigInteger.ZERO, BigInteger.ZERO),
                DivergenceRepository.Sums::plus);
    put(node, all);
    ArrayNode farthest = node.putArray("farthest");
    models.stream()
        .filter(model -> model.sums().beyond() > 0)
        .limit(MOST_MODELS)
        .forEach(
            model ->
                put(
                    farthest
                        .addObject()
                        .put("provider", model.key().provider())
                        .put("model", model.key().model()),
                    model.sums()));
  }

  private static void put(ObjectNode node, DivergenceRepository.Sums sums) {
    node.put("calls", sums.calls()).put("beyond_1_percent", sums.beyond());
    if (Double.isNaN(sums.ratio())) {
      node.putNull("reported_over_priced");
    } else {
      node.put("reported_over_priced", sums.ratio());
    }
  }

  /**
   * Models that an unpriced one may be: of the policy by name, of the catalogue as a policy refers
   * to them. A release's date and a provider before the name make no difference.
   */
  Function<String, List<String>> near() {
    List<String> known = new ArrayList<>();
    policies
        .current()
        .policy()
        .tiers()
        .forEach(tier -> tier.models().forEach(m -> known.add(m.name())));
    prices.current().models().stream().map(CatalogueModel::reference).forEach(known::add);
    NearNames names = new NearNames(known);
    return model -> names.of(model, MOST_SUGGESTED);
  }
}
