package io.floorkeeper.journey;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** What the service has allocated and what everybody's processors did, as running sums. */
final class LoadGauge implements AutoCloseable {

  /**
   * Sums since the start of whoever they are of.
   *
   * @param streamBytes allocated by the threads of the span stream
   * @param bytes allocated by all threads that are alive
   * @param serviceNanos of processors, likewise the others
   * @param driverNanos of this process: the broker, and whoever sends
   * @param busyNanos of the whole machine; 0 where it is not told
   */
  record Reading(
      long atNanos,
      long streamBytes,
      long bytes,
      long serviceNanos,
      long postgresNanos,
      long driverNanos,
      long busyNanos) {
    Reading minus(Reading start) {
      return new Reading(
          atNanos - start.atNanos,
          streamBytes - start.streamBytes,
          bytes - start.bytes,
          serviceNanos - start.serviceNanos,
          postgresNanos - start.postgresNanos,
          driverNanos - start.driverNanos,
          busyNanos - start.busyNanos);
    }

    double cores(long nanos) {
      return (double) nanos / atNanos;
    }

    /** Processors that processes of others had. */
    double foreignCores() {
      return busyNanos == 0
          ? Double.NaN
          : Math.max(0, cores(busyNanos - serviceNanos - postgresNanos - driverNanos));
    }
  }

  private final JMXConnector connector;
  private final com.sun.management.ThreadMXBean threads;
  private final com.sun.management.OperatingSystemMXBean system;
  private final long postmaster;

  LoadGauge(int jmxPort, long postmaster) {
    this.postmaster = postmaster;
    try {
      connector =
          JMXConnectorFactory.connect(
              new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + jmxPort + "/jmxrmi"));
      MBeanServerConnection server = connector.getMBeanServerConnection();
      threads =
          ManagementFactory.newPlatformMXBeanProxy(
              server, ManagementFactory.THREAD_MXBEAN_NAME, com.sun.management.ThreadMXBean.class);
      system =
          ManagementFactory.newPlatformMXBeanProxy(
              server,
              ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME,
              com.sun.management.OperatingSystemMXBean.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Reading read() {
    long[] ids = threads.getAllThreadIds();
    long[] allocated = threads.getThreadAllocatedBytes(ids);
    long all = 0;
    long ofStream = 0;
    for (int i = 0; i < ids.length; i++) {
      long bytes = Math.max(0, allocated[i]);
      all += bytes;
      var info = threads.getThreadInfo(ids[i]);
      if (info != null && info.getThreadName().startsWith("stream-spans")) {
        ofStream += bytes;
      }
    }
    return new Reading(
        System.nanoTime(),
        ofStream,
        all,
        system.getProcessCpuTime(),
        postgresNanos(),
        ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getProcessCpuTime(),
        busyNanos());
  }

  private long postgresNanos() {
    return ProcessHandle.of(postmaster).stream()
        .flatMap(root -> Stream.concat(Stream.of(root), root.descendants()))
        .mapToLong(process -> process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L))
        .sum();
  }

  /** Linux tells it in hundredths of a second: user, nice, system, idle, iowait, irq, softirq. */
  private static long busyNanos() {
    try {
      String[] ticks = Files.readAllLines(Path.of("/proc/stat")).get(0).trim().split("\\s+");
      long busy = 0;
      for (int i : new int[] {1, 2, 3, 6, 7}) {
        busy += Long.parseLong(ticks[i]);
      }
      return busy * 10_000_000L;
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }

  @Override
  public void close() {
    try {
      connector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
