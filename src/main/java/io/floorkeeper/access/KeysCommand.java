package io.floorkeeper.access;

import io.floorkeeper.platform.Problem;
import io.floorkeeper.platform.Settings;
import io.floorkeeper.platform.StartRefusedException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code keys}: who may do what, from the command line. */
@Command(
    name = "keys",
    mixinStandardHelpOptions = true,
    description = {
      "Makes, lists and revokes API keys.",
      "With --server (or FLOORKEEPER_SERVER) at a running service, with the key in"
          + " FLOORKEEPER_API_KEY; else at the database itself, by the settings of `serve`: so the"
          + " first key is made."
    })
public final class KeysCommand {

  /** Where it is done. */
  static final class Where {
    @Option(
        names = "--server",
        paramLabel = "URL",
        description = "A running service (default: the database of the settings).")
    private URI server;

    <T> T at(Function<KeyDesk, T> work) {
      Settings settings = Settings.ofProcess();
      Optional<URI> service =
          Optional.ofNullable(server)
              .or(() -> settings.find("floorkeeper.server").map(URI::create));
      KeyDesk desk =
          service.isPresent()
              ? new HttpKeyDesk(service.get(), settings.find(Settings.API_KEY))
              : DatabaseKeyDesk.of(settings);
      try {
        return work.apply(desk);
      } catch (Problem e) {
        throw new StartRefusedException(e.getMessage(), e);
      }
    }
  }

  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "Makes a key and prints it, this once.")
  int create(
      @Mixin Where where,
      @Option(names = "--name", required = true, description = "Whose key it is, for people.")
          String name,
      @Option(
              names = "--scopes",
              required = true,
              split = ",",
              description = "Of route, tell, read, operate, policy; comma between.")
          List<String> scopes,
      @Option(names = "--tenant", description = "The tenant it is bound to (default: default).")
          String tenant,
      @Option(names = "--all-tenants", description = "Bound to no tenant.") boolean allTenants,
      @Option(names = "--data-class", description = "That all its requests have.") String dataClass,
      @Option(
              names = "--expires-in",
              paramLabel = "DURATION",
              description = "How long it is good, as P90D (default: for ever).")
          Duration expiresIn) {
    if (allTenants && tenant != null) {
      throw new ParameterException(
          spec.commandLine(), "--tenant and --all-tenants contradict one another: one of them.");
    }
    KeyAnswer made =
        where.at(
            desk ->
                desk.make(
                    new KeyRequest(
                        name,
                        tenant,
                        allTenants ? Boolean.TRUE : null,
                        scopes,
                        dataClass,
                        expiresIn == null ? null : Instant.now().plus(expiresIn))));
    spec.commandLine()
        .getErr()
        .println("Key " + made.keyId() + " for " + words(made) + ". It is not shown again:");
    spec.commandLine().getOut().println(made.key());
    return 0;
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists all keys.")
  int list(@Mixin Where where) {
    PrintWriter out = spec.commandLine().getOut();
    for (KeyAnswer key : where.at(KeyDesk::list)) {
      out.println(
          key.keyId()
              + "  "
              + key.name()
              + "  "
              + words(key)
              + (key.revokedAt() == null ? "" : "; revoked " + key.revokedAt()));
    }
    return 0;
  }

  @Command(
      name = "revoke",
      mixinStandardHelpOptions = true,
      description = "Revokes a key: on every replica within a second.")
  int revoke(
      @Mixin Where where, @Parameters(paramLabel = "KEY_ID", description = "The id.") String id) {
    KeyAnswer revoked = where.at(desk -> desk.revoke(id));
    spec.commandLine().getOut().println("revoked " + revoked.keyId() + ", " + revoked.name());
    return 0;
  }

  @Spec private CommandSpec spec;

  private static String words(KeyAnswer key) {
    return String.join(",", key.scopes())
        + (key.allTenants() ? "; no tenant" : "; tenant " + key.tenant())
        + (key.dataClass() == null ? "" : "; data class " + key.dataClass())
        + (key.expiresAt() == null ? "" : "; until " + key.expiresAt());
  }
}
