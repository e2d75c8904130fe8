package io.floorkeeper.pricing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What every model of every provider costs and will cost, as one file says it. Immutable; equal
 * digests are equal catalogues.
 */
public final class Catalogue {
  /** Knows no model. */
  public static final Catalogue NONE = new Catalogue("none", List.of());

  /** Names come with spans, from outside: what is remembered of them is bounded. */
  private static final int MOST_REMEMBERED = 20_000;

  private static final Pattern RELEASE = Pattern.compile("[-@](\\d{8}|\\d{4}-\\d{2}-\\d{2})$");

  private final String digest;
  private final Map<String, CatalogueProvider> providers = new LinkedHashMap<>();
  private final List<CatalogueModel> models;
  private final Map<Asked, Optional<CatalogueModel>> found = new ConcurrentHashMap<>();

  private record Asked(Optional<String> provider, String model) {}

  Catalogue(String digest, List<CatalogueProvider> providers) {
    this.digest = digest;
    providers.forEach(provider -> this.providers.put(provider.id(), provider));
    this.models = providers.stream().flatMap(provider -> provider.models().stream()).toList();
  }

  /** SHA-256 of the file, in hex; "none" of {@link #NONE}. */
  public String digest() {
    return digest;
  }

  /** All of them, in the file's order. */
  public List<CatalogueModel> models() {
    return models;
  }

  public int providerCount() {
    return providers.size();
  }

  /**
   * The model that a span means.
   *
   * <ol>
   *   <li>Where it names a provider that is known: a model of it, or of those whose models it sells
   *       too.
   *   <li>Where it names none: by a provider's id before a slash in the name, else of the first
   *       provider that calls such names its own.
   *   <li>Where it names one that nobody knows (a model of one's own, a gateway): none. The maker's
   *       price would be a guess, and a gap that shows is better than a wrong figure.
   * </ol>
   *
   * In any case a release's date behind the name is left away where the name with it is not known.
   */
  public Optional<CatalogueModel> find(Optional<String> provider, String model) {
    Asked asked = new Asked(provider, model);
    Optional<CatalogueModel> known = found.get(asked);
    if (known == null) {
      known = look(provider.map(Catalogue::lower), lower(model));
      if (found.size() < MOST_REMEMBERED) {
        found.put(asked, known);
      }
    }
    return known;
  }

  /** The model that a policy refers to as {@code provider/id}, both as the catalogue has them. */
  public Optional<CatalogueModel> referred(String reference) {
    int slash = reference.indexOf('/');
    CatalogueProvider provider = slash < 0 ? null : providers.get(reference.substring(0, slash));
    String name = lower(reference.substring(slash + 1));
    return provider == null
        ? Optional.empty()
        : provider.models().stream().filter(model -> model.isNamed(name)).findFirst();
  }

  private Optional<CatalogueModel> look(Optional<String> named, String model) {
    Optional<CatalogueModel> exact = lookExact(named, model);
    String undated = RELEASE.matcher(model).replaceFirst("");
    return exact.isPresent() || undated.equals(model) ? exact : lookExact(named, undated);
  }

  private Optional<CatalogueModel> lookExact(Optional<String> named, String model) {
    if (named.isPresent()) {
      return provider(named.get()).flatMap(provider -> sold(provider, model));
    }
    int slash = model.indexOf('/');
    CatalogueProvider before = slash < 0 ? null : providers.get(model.substring(0, slash));
    if (before != null) {
      return sold(before, model);
    }
    return providers.values().stream()
        .filter(provider -> provider.modelMatch().matches(model))
        .findFirst()
        .flatMap(provider -> provider.find(model));
  }

  /** By the name as it is, else without the provider before its first slash. */
  private Optional<CatalogueModel> sold(CatalogueProvider provider, String model) {
    Optional<CatalogueModel> own = soldAs(provider, model);
    int slash = model.indexOf('/');
    return own.isPresent() || slash < 0 ? own : soldAs(provider, model.substring(slash + 1));
  }

  private Optional<CatalogueModel> soldAs(CatalogueProvider provider, String model) {
    Optional<CatalogueModel> own = provider.find(model);
    return own.isPresent()
        ? own
        : provider.fallbacks().stream()
            .map(providers::get)
            .flatMap(Stream::ofNullable)
            .map(other -> other.find(model))
            .flatMap(Optional::stream)
            .findFirst();
  }

  /**
   * By id, else by what it goes by. OpenTelemetry calls Azure's after the makers of its models
   * ({@code azure.ai.openai}), so it would be taken for them.
   */
  private Optional<CatalogueProvider> provider(String name) {
    CatalogueProvider byId = providers.get(name);
    if (byId == null && (name.startsWith("azure") || name.startsWith("az."))) {
      byId = providers.get("azure");
    }
    if (byId == null && name.equals("x_ai")) {
      byId = providers.get("x-ai");
    }
    return byId != null
        ? Optional.of(byId)
        : providers.values().stream()
            .filter(provider -> provider.providerMatch().matches(name))
            .findFirst();
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
