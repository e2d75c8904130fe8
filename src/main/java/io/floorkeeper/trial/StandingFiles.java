package io.floorkeeper.trial;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A comparison on disk: {@link Standing} as JSON (snake_case), tables as CSV, plots. */
public final class StandingFiles {
  private StandingFiles() {}

  /** Writes what is asked for; null: not asked for. */
  public static void write(List<Standing> standings, Path json, Path csv, Path plots)
      throws IOException {
    if (json != null) {
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build()
          .writeValue(json.toFile(), standings);
    }
    if (csv != null) {
      Files.writeString(csv, StandingTable.csv(standings));
      String name = csv.getFileName().toString();
      int dot = name.lastIndexOf('.');
      String curves =
          dot < 0 ? name + "-curves" : name.substring(0, dot) + "-curves" + name.substring(dot);
      Files.writeString(csv.resolveSibling(curves), StandingTable.curvesCsv(standings));
    }
    if (plots != null) {
      Files.createDirectories(plots);
      new StandingPlots(standings).write(plots);
    }
  }
}
