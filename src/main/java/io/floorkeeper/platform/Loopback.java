package io.floorkeeper.platform;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of this machine's loopback address, where the embedded parts listen and nowhere else. */
public final class Loopback {

  /** The only address that the embedded parts listen on. */
  public static final String ADDRESS = "127.0.0.1";

  /**
   * Ports are picked below the range that operating systems give to outgoing connections: a client
   * that keeps trying a closed port of that range can connect to itself, and so take the port.
   */
  private static final int FIRST_PICKED_PORT = 20000;

  private static final int LAST_PICKED_PORT = 32000;
  private static final int ATTEMPTS = 100;

  private Loopback() {}

  /** A port that nothing listens on at the moment. */
  public static int freePort() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_PICKED_PORT, LAST_PICKED_PORT);
      if (isFree(ADDRESS, port)) {
        return port;
      }
    }
    throw new StartRefusedException(
        "Found no free port on "
            + ADDRESS
            + " between "
            + FIRST_PICKED_PORT
            + " and "
            + LAST_PICKED_PORT
            + ".");
  }

  /** Whether a server could listen there now. */
  public static boolean isFree(String host, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Refuses a port that something else listens on.
   *
   * @param wanted who needs the port, as the reader knows it
   * @param remedy the settings that move it, or that make it unnecessary
   */
  public static void requireFree(String host, int port, String wanted, String remedy) {
    if (!isFree(host, port)) {
      throw new StartRefusedException(
          "Port " + port + " on " + host + ", wanted for " + wanted + ", is taken.\n" + remedy);
    }
  }
}
