package io.floorkeeper.ingest;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The pure readers as beans: one set of dialects for all streams. */
@ApplicationScoped
class Readers {

  @Produces
  @Singleton
  Dialects dialects() {
    return Dialects.bundled();
  }

  @Produces
  @Singleton
  OtlpDecoder decoder(Dialects dialects, IngestSettings settings) {
    return new OtlpDecoder(dialects, settings.maxMessageBytes());
  }

  @Produces
  @Singleton
  SpanReader reader(Dialects dialects) {
    return new SpanReader(dialects);
  }
}
