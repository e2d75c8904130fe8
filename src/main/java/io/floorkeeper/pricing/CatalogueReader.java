package io.floorkeeper.pricing;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads a price file in the shape of genai-prices v2: a list of providers, each with how it and its
 * models are named, and the models' prices. Strict, because a price that is misread is worse than
 * none: an unknown key, a price that is no price, a model that stands there twice refuse the file
 * as a whole. Bounded in bytes, depth, length of texts, and number of models.
 */
public final class CatalogueReader {
  /** The largest file that is read. */
  public static final int MOST_BYTES = 16 << 20;

  static final int MOST_FINDINGS = 20;
  private static final int MOST_MODELS = 50_000;
  private static final int DEEPEST = 32;
  private static final int LONGEST_TEXT = 20_000;
  private static final int LONGEST_ID = 100;

  private static final Set<String> OF_PROVIDER =
      Set.of(
          "id",
          "name",
          "pricing_urls",
          "api_pattern",
          "description",
          "price_comments",
          "model_match",
          "provider_match",
          "extractors",
          "fallback_model_providers",
          "models");
  private static final Set<String> OF_MODEL =
      Set.of(
          "id",
          "name",
          "description",
          "match",
          "context_window",
          "price_comments",
          "prices",
          "deprecated");

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEEPEST)
                          .maxStringLength(LONGEST_TEXT)
                          .maxNumberLength(LONGEST_ID)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final CatalogueFindings findings = new CatalogueFindings();
  private int modelCount;

  private CatalogueReader() {}

  /**
   * The catalogue that a file holds.
   *
   * @throws InvalidCatalogueException with what is wrong; nothing else is thrown, whatever the
   *     bytes
   */
  public static Catalogue read(byte[] file) {
    if (file.length > MOST_BYTES) {
      throw new InvalidCatalogueException(
          List.of("the file is larger than " + (MOST_BYTES >> 20) + " MiB"));
    }
    CatalogueReader reader = new CatalogueReader();
    List<CatalogueProvider> providers = reader.providers(parse(file));
    reader.findings.throwIfAny();
    return new Catalogue(digest(file), providers);
  }

  private static JsonNode parse(byte[] file) {
    try {
      return JSON.readTree(file);
    } catch (JacksonException e) {
      throw new InvalidCatalogueException(
          List.of(
              "is no JSON that can be read: "
                  + e.getOriginalMessage()
                  + (e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr())));
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory cannot fail to be read", e);
    }
  }

  private List<CatalogueProvider> providers(JsonNode root) {
    List<CatalogueProvider> providers = new ArrayList<>();
    if (!root.isArray() || root.isEmpty()) {
      findings.add("", "a list of providers is expected");
      return providers;
    }
    Set<String> seen = new HashSet<>();
    for (int p = 0; p < root.size(); p++) {
      JsonNode node = root.get(p);
      String id = id(node, "[" + p + "]");
      if (!seen.add(id)) {
        findings.add(id, "this provider stands there twice");
      }
      known(node, OF_PROVIDER, id);
      providers.add(
          new CatalogueProvider(
              id,
              match(node.path("model_match"), id + ".model_match"),
              match(node.path("provider_match"), id + ".provider_match"),
              fallbacks(node.path("fallback_model_providers"), id),
              models(node.path("models"), id)));
    }
    for (CatalogueProvider provider : providers) {
      for (String fallback : provider.fallbacks()) {
        if (!seen.contains(fallback)) {
          findings.add(
              provider.id() + ".fallback_model_providers", "no provider is '" + fallback + "'");
        }
      }
    }
    return providers;
  }

  private List<String> fallbacks(JsonNode node, String provider) {
    List<String> fallbacks = new ArrayList<>();
    if (!node.isMissingNode() && !node.isArray()) {
      findings.add(provider + ".fallback_model_providers", "a list is expected");
    }
    node.forEach(one -> fallbacks.add(one.asText()));
    return fallbacks;
  }

  private List<CatalogueModel> models(JsonNode node, String provider) {
    List<CatalogueModel> models = new ArrayList<>();
    if (!node.isArray()) {
      findings.add(provider + ".models", "a list is expected");
      return models;
    }
    if ((modelCount += node.size()) > MOST_MODELS) {
      findings.add(provider + ".models", "more than " + MOST_MODELS + " models in all");
      findings.throwIfAny();
    }
    Set<String> seen = new HashSet<>();
    for (int m = 0; m < node.size(); m++) {
      JsonNode model = node.get(m);
      String id = id(model, provider + "[" + m + "]");
      String path = provider + "/" + id;
      if (!seen.add(id.toLowerCase(Locale.ROOT))) {
        findings.add(path, "this model stands there twice");
      }
      known(model, OF_MODEL, path);
      PriceNodes prices = new PriceNodes(path, findings);
      models.add(
          new CatalogueModel(
              provider,
              id,
              match(required(model, "match", path), path + ".match"),
              prices.schedule(required(model, "prices", path)),
              prices.unread()));
    }
    return models;
  }

  private NameMatch match(JsonNode node, String path) {
    return node.isMissingNode() ? NameMatch.NONE : new MatchNodes(path, findings).match(node);
  }

  private JsonNode required(JsonNode node, String key, String path) {
    if (!node.has(key)) {
      findings.add(path, key + " is missing");
    }
    return node.path(key);
  }

  private String id(JsonNode node, String otherwise) {
    String id = node.path("id").asText("");
    if (!node.path("id").isTextual() || id.isEmpty() || id.length() > LONGEST_ID) {
      findings.add(otherwise, "id: a text of 1 to " + LONGEST_ID + " characters is expected");
      return otherwise;
    }
    return id;
  }

  private void known(JsonNode node, Set<String> keys, String path) {
    node.fieldNames()
        .forEachRemaining(
            key -> {
              if (!keys.contains(key)) {
                findings.add(path, "this version does not know the key '" + key + "'");
              }
            });
  }

  private static String digest(byte[] file) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
