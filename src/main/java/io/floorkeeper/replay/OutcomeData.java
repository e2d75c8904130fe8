package io.floorkeeper.replay;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * Full-information outcomes: for each task what every model scored and cost on that same task. Read
 * from CSV in long form (one row per task and model), {@code .gz} or plain, with a header that
 * names at least {@code task_id, group, model, quality, cost_usd}; {@code input_tokens,
 * output_tokens, latency_ms} are used where they are there, and rows whose {@code contaminated} is
 * 1 (seen in training, says whoever published the data) are left out.
 *
 * @param models cheapest first, strongest last, as they were asked for
 */
public record OutcomeData(List<String> models, List<Task> tasks) {

  /** What one model did on one task. Latency 0 and tokens -1 where the file does not say. */
  public record Outcome(
      double quality, double costUsd, long inputTokens, long outputTokens, long latencyMillis) {}

  /**
   * @param role the group of the file, or {@link OneRole#NAME} where that is the context
   * @param context by which tasks of the role are told apart; null: by nothing
   * @param outcomes in the order of the models
   */
  public record Task(String id, String role, String context, List<Outcome> outcomes) {
    Task(String id, String role, List<Outcome> outcomes) {
      this(id, role, null, outcomes);
    }

    /** The role, and the context within it where there is one. */
    String group() {
      return context == null ? role : role + "/" + context;
    }
  }

  /** A file that cannot be replayed; the message says where. */
  public static final class InvalidDataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidDataException(String message) {
      super(message);
    }
  }

  /**
   * Reads the rows of these models. Tasks that lack one of them are refused: a replay on a part of
   * the tasks would be another data set.
   *
   * @throws InvalidDataException naming file, line and column
   */
  public static OutcomeData read(Path file, List<String> models) throws IOException {
    return read(file, models, Optional.empty());
  }

  /**
   * As {@link #read(Path, List)}.
   *
   * @param context all tasks are of one role, and this column tells them apart; empty: the group is
   *     the role
   */
  static OutcomeData read(Path file, List<String> models, Optional<String> context)
      throws IOException {
    Map<String, Integer> index = new HashMap<>();
    models.forEach(m -> index.put(m, index.size()));
    Map<String, Outcome[]> outcomes = new LinkedHashMap<>();
    Map<String, String> roles = new HashMap<>();
    try (BufferedReader reader = open(file)) {
      String header = reader.readLine();
      if (header == null) {
        throw new InvalidDataException(file + ": is empty");
      }
      Columns columns = new Columns(file, header);
      String line;
      for (int number = 2; (line = reader.readLine()) != null; number++) {
        String[] cells = line.split(",", -1);
        if (cells.length != columns.count) {
          throw new InvalidDataException(
              file + ":" + number + ": has " + cells.length + " cells, not " + columns.count);
        }
        Integer model = index.get(cells[columns.of("model")]);
        if (model != null && !columns.contaminated(cells)) {
          String task = cells[columns.of("task_id")];
          roles.put(task, cells[columns.of(context.orElse("group"))]);
          outcomes.computeIfAbsent(task, t -> new Outcome[models.size()])[model] =
              columns.outcome(cells, number);
        }
      }
    }
    List<Task> tasks = new ArrayList<>();
    outcomes.forEach(
        (task, ofTask) -> {
          int missing = Arrays.asList(ofTask).indexOf(null);
          if (missing >= 0) {
            throw new InvalidDataException(
                file + ": task " + task + " has no row of model " + models.get(missing));
          }
          String group = roles.get(task);
          tasks.add(
              context.isPresent()
                  ? new Task(task, OneRole.NAME, group, List.of(ofTask))
                  : new Task(task, group, List.of(ofTask)));
        });
    if (tasks.isEmpty()) {
      throw new InvalidDataException(file + ": has no row of the models " + models);
    }
    return new OutcomeData(List.copyOf(models), List.copyOf(tasks));
  }

  /** The tasks by role, roles in alphabetical order. */
  public TreeMap<String, List<Task>> byRole() {
    TreeMap<String, List<Task>> byRole = new TreeMap<>();
    tasks.forEach(t -> byRole.computeIfAbsent(t.role, r -> new ArrayList<>()).add(t));
    return byRole;
  }

  /** The tasks by role, and by context within it where there is one. */
  TreeMap<String, List<Task>> byGroup() {
    TreeMap<String, List<Task>> byGroup = new TreeMap<>();
    tasks.forEach(t -> byGroup.computeIfAbsent(t.group(), g -> new ArrayList<>()).add(t));
    return byGroup;
  }

  /** The mean quality of every model on these tasks. */
  public static double[] meanQuality(List<Task> tasks, int models) {
    return means(tasks, models, Outcome::quality);
  }

  /** The mean dollars of every model on these tasks. */
  public static double[] meanCostUsd(List<Task> tasks, int models) {
    return means(tasks, models, Outcome::costUsd);
  }

  private static double[] means(
      List<Task> tasks, int models, java.util.function.ToDoubleFunction<Outcome> value) {
    double[] means = new double[models];
    for (int k = 0; k < models; k++) {
      int model = k;
      means[k] =
          tasks.stream()
              .mapToDouble(t -> value.applyAsDouble(t.outcomes().get(model)))
              .average()
              .orElse(Double.NaN);
    }
    return means;
  }

  private static BufferedReader open(Path file) throws IOException {
    InputStream in = Files.newInputStream(file);
    return new BufferedReader(
        new InputStreamReader(
            file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in,
            StandardCharsets.UTF_8));
  }

  /** The header, and the cells that it names. */
  private static final class Columns {
    private final Path file;
    private final Map<String, Integer> index = new HashMap<>();
    private final int count;

    Columns(Path file, String header) {
      this.file = file;
      String[] names = header.split(",", -1);
      this.count = names.length;
      for (int i = 0; i < names.length; i++) {
        index.put(names[i].strip(), i);
      }
      for (String needed : List.of("task_id", "group", "model", "quality", "cost_usd")) {
        of(needed);
      }
    }

    int of(String name) {
      Integer at = index.get(name);
      if (at == null) {
        throw new InvalidDataException(file + ":1: the header has no column " + name);
      }
      return at;
    }

    boolean contaminated(String[] cells) {
      Integer at = index.get("contaminated");
      return at != null && cells[at].strip().equals("1");
    }

    Outcome outcome(String[] cells, int number) {
      double quality = number(cells, number, "quality", Double.NaN);
      double costUsd = number(cells, number, "cost_usd", Double.NaN);
      if (!(quality >= 0 && quality <= 1)) {
        throw new InvalidDataException(file + ":" + number + ": quality must lie in [0, 1]");
      }
      if (!(costUsd >= 0 && costUsd < Double.POSITIVE_INFINITY)) {
        throw new InvalidDataException(file + ":" + number + ": cost_usd must be 0 or above");
      }
      return new Outcome(
          quality,
          costUsd,
          (long) number(cells, number, "input_tokens", -1),
          (long) number(cells, number, "output_tokens", -1),
          (long) number(cells, number, "latency_ms", 0));
    }

    private double number(String[] cells, int number, String column, double absent) {
      Integer at = index.get(column);
      if (at == null || cells[at].isBlank()) {
        return absent;
      }
      try {
        return Double.parseDouble(cells[at]);
      } catch (NumberFormatException e) {
        throw new InvalidDataException(file + ":" + number + ": " + column + " is not a number");
      }
    }
  }
}
