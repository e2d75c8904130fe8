package io.floorkeeper.pricing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** A catalogue of two invented providers, in the shape of genai-prices v2. */
public final class Fixture {
  private Fixture() {}

  public static String text() {
    try (InputStream in = Fixture.class.getResourceAsStream("/prices/small.json")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Catalogue catalogue() {
    return read(text());
  }

  public static Catalogue read(String text) {
    return CatalogueReader.read(text.getBytes(StandardCharsets.UTF_8));
  }
}
