package io.floorkeeper.policy;

import java.util.List;
import java.util.Optional;

/**
 * A model that a tier may answer with.
 *
 * @param name the name that the orchestrator calls it by
 * @param provider "anthropic", "openai", "local", ...
 * @param aliases other names under which spans report it (dated names, provider prefixes)
 * @param price what its tokens cost; empty: unpriced, a visible gap and never 0
 * @param weight beside the other models of its tier, where the tier is named and nothing is
 *     learned; 0: never then
 * @param capacity of a model of one's own; empty: as many calls as one likes
 */
public record Model(
    String name,
    String provider,
    List<String> aliases,
    Optional<Price> price,
    double weight,
    Optional<Capacity> capacity) {

  public Model {
    aliases = List.copyOf(aliases);
  }
}
