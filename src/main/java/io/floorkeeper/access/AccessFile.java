package io.floorkeeper.access;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.OwnerFile;
import io.floorkeeper.platform.ServiceSettings;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The keys on disk, beside the snapshot: a replica that starts while Postgres is away knows its
 * callers. Hashes only. A file of its own, because keys change when no snapshot does, and a
 * snapshot that cannot be read any more must not lock everybody out.
 */
@ApplicationScoped
class AccessFile {
  private static final Logger LOG = Logger.getLogger(AccessFile.class);
  private static final String FORMAT = "floorkeeper-keys-1";

  private final OwnerFile file;
  private final ObjectMapper json =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
          .visibility(PropertyAccessor.ALL, JsonAutoDetect.Visibility.ANY)
          .build();

  private record Body(List<StoredKey> keys, Map<String, Integer> tenants) {}

  AccessFile(ServiceSettings settings) {
    this.file = new OwnerFile(settings.dataFolder().resolve("keys.json"), FORMAT);
  }

  void write(KeyRing ring) {
    try {
      file.write(json.writeValueAsBytes(new Body(ring.keys(), ring.tenants())));
    } catch (IOException | UnsupportedOperationException e) {
      LOG.warnf("the keys were not written: %s", Causes.briefly(e));
    }
  }

  Optional<KeyRing> read() {
    return file.read(
        bytes -> {
          Body body = json.readValue(bytes, Body.class);
          return new KeyRing(body.keys, body.tenants);
        });
  }
}
