package io.floorkeeper.pricing;

import java.util.List;
import java.util.Locale;

/**
 * A model that a provider sells.
 *
 * @param provider the provider's id
 * @param match by which names it goes besides its id
 * @param unread kinds of price that the catalogue has of it and no span tells the amount of: audio,
 *     images, searches
 */
public record CatalogueModel(
    String provider, String id, NameMatch match, PriceSchedule schedule, List<String> unread) {

  public CatalogueModel {
    unread = List.copyOf(unread);
  }

  /** As policies refer to it. */
  public String reference() {
    return provider + "/" + id;
  }

  boolean isNamed(String name) {
    return id.toLowerCase(Locale.ROOT).equals(name);
  }
}
