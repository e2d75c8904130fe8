package io.floorkeeper.policy;

import io.floorkeeper.pricing.Catalogue;
import io.floorkeeper.pricing.CatalogueModel;
import io.floorkeeper.pricing.Price;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What calls cost: by the policy's word on a model, else by the catalogue's. Immutable; the same
 * policy and the same catalogue say the same of the same call, whenever they are asked.
 */
public final class Tariff {
  private final Catalogue catalogue;

  /**
   * @param catalogue by which models are priced of which the policy says no price
   */
  public Tariff(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  public Catalogue catalogue() {
    return catalogue;
  }

  /**
   * A price and whose it is.
   *
   * @param provider and
   * @param model as the policy names them where it has the model, else as the catalogue does
   */
  public record Quote(String provider, String model, Price price) {}

  /**
   * What a call costs.
   *
   * @param model of the policy that ran it; empty: the policy has no such model
   * @param provider as the call names it
   * @param name of the model, as the call names it
   * @param startedAt by whose price it is billed
   * @return empty: nobody knows, which is a gap and never 0
   */
  public Optional<Quote> quote(
      Optional<Model> model, Optional<String> provider, Optional<String> name, Instant startedAt) {
    if (model.isPresent()) {
      Model known = model.get();
      return price(known, provider, startedAt)
          .map(price -> new Quote(known.provider(), known.name(), price));
    }
    return name.flatMap(n -> catalogue.find(provider, n))
        .flatMap(m -> m.schedule().at(startedAt).map(p -> new Quote(m.provider(), m.id(), p)));
  }

  /**
   * What a model of the policy costs at a moment, where it runs at the provider that the policy
   * names.
   */
  public Optional<Price> price(Model model, Instant at) {
    return price(model, Optional.empty(), at);
  }

  /** As the policy has it now: each model at the price of a moment. */
  public Policy priced(Policy policy, Instant at) {
    return policy.withModels(model -> model.withPrice(price(model, at)));
  }

  /** By the provider that ran it where the catalogue knows it there, else by the policy's. */
  private Optional<Price> price(Model model, Optional<String> ranBy, Instant at) {
    PriceRule rule = model.pricing();
    if (rule.said().isPresent()) {
      return rule.said();
    }
    Optional<CatalogueModel> listed =
        rule.catalogue().isPresent()
            ? catalogue.referred(rule.catalogue().get())
            : ranBy
                .flatMap(provider -> listed(model, provider))
                .or(() -> listed(model, model.provider()));
    return listed.flatMap(m -> m.schedule().at(at));
  }

  private Optional<CatalogueModel> listed(Model model, String provider) {
    return Stream.concat(Stream.of(model.name()), model.aliases().stream())
        .map(name -> catalogue.find(Optional.of(provider), name))
        .flatMap(Optional::stream)
        .findFirst();
  }
}
