package io.floorkeeper.ingest;

import io.floorkeeper.platform.StartRefusedException;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.List;
import org.jboss.logging.Logger;

/** The pure readers as beans: one set of dialects for all streams. */
@ApplicationScoped
class Readers {

  private static final Logger LOG = Logger.getLogger(Readers.class);
  private static final String SETTING = "floorkeeper.ingest.dialects";

  private final Dialects dialects;

  /**
   * @throws StartRefusedException a dialect of the user's own cannot be used
   */
  Readers(IngestSettings settings) {
    List<Path> own = settings.dialects().orElse(List.of());
    try {
      this.dialects = Dialects.bundled().with(own);
    } catch (InvalidDialectException e) {
      throw new StartRefusedException(SETTING + ": " + e.getMessage(), e);
    }
    if (!own.isEmpty()) {
      LOG.infof("dialects are tried in this order: %s", String.join(", ", dialects.ids()));
    }
  }

  /**
   * At the start, before all else and not with the first span: a mistake is told to who made it.
   */
  void start(@Observes @Priority(1) StartupEvent event) {}

  @Produces
  @Singleton
  Dialects dialects() {
    return dialects;
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
