package io.floorkeeper.pricing;

import java.util.List;
import java.util.Optional;

/**
 * Whoever sells models.
 *
 * @param modelMatch which models are its own, where nobody says who ran them
 * @param providerMatch by which names it goes besides its id
 * @param fallbacks ids of those whose models it sells too, at their price
 */
record CatalogueProvider(
    String id,
    NameMatch modelMatch,
    NameMatch providerMatch,
    List<String> fallbacks,
    List<CatalogueModel> models) {

  CatalogueProvider {
    fallbacks = List.copyOf(fallbacks);
    models = List.copyOf(models);
  }

  /** The model of that id, else the first that goes by that name, in lower case. */
  Optional<CatalogueModel> find(String name) {
    return models.stream()
        .filter(model -> model.isNamed(name))
        .findFirst()
        .or(() -> models.stream().filter(model -> model.match().matches(name)).findFirst());
  }
}
