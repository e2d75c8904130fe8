package io.floorkeeper.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutcomeDataTest {
  private static final String HEADER = "task_id,group,model,quality,cost_usd,input_tokens\n";
  @TempDir Path folder;

  @Test
  void rowsBecomeTasksWithOneOutcomePerModel() throws IOException {
    Path file =
        file(HEADER + "t1,worker,big,1,.5,100\nt1,worker,small,0,.1,90\nt1,worker,other,1,9,1\n");

    OutcomeData data = OutcomeData.read(file, List.of("small", "big"));

    assertThat(data.tasks()).hasSize(1);
    assertThat(data.tasks().get(0).role()).isEqualTo("worker");
    assertThat(data.tasks().get(0).outcomes().get(0))
        .isEqualTo(new OutcomeData.Outcome(0, .1, 90, -1, 0));
    assertThat(data.tasks().get(0).outcomes().get(1).quality()).isEqualTo(1);
  }

  @Test
  void contaminatedTasksAreLeftOut() throws IOException {
    Path file =
        file(
            "task_id,group,model,quality,cost_usd,contaminated\n"
                + "t1,worker,big,1,.5,1\nt1,worker,small,1,.1,1\n"
                + "t2,worker,big,1,.5,0\nt2,worker,small,0,.1,0\n");

    OutcomeData data = OutcomeData.read(file, List.of("small", "big"));

    assertThat(data.tasks()).extracting(OutcomeData.Task::id).containsExactly("t2");
  }

  @Test
  void aTaskWithoutAModelIsNamed() throws IOException {
    refused(HEADER + "t1,worker,big,1,.5,100\n", "task t1 has no row of model small");
  }

  @Test
  void aMissingColumnIsNamed() throws IOException {
    refused("task_id,group,model,quality\n", "no column cost_usd");
  }

  @Test
  void aBadCellIsNamedWithItsLine() throws IOException {
    refused(HEADER + "t1,worker,big,perfect,.5,100\n", ":2: quality is not a number");
    refused(HEADER + "t1,worker,big,2,.5,100\n", ":2: quality must lie in [0, 1]");
    refused(HEADER + "t1,worker,big,1,-1,100\n", ":2: cost_usd must be 0 or above");
    refused(HEADER + "t1,worker\n", ":2: has 2 cells, not 6");
  }

  @Test
  void anEmptyFileAndAFileWithoutTheModelsAreRefused() throws IOException {
    refused("", "is empty");
    refused(HEADER + "t1,worker,other,1,.5,100\n", "has no row of the models");
  }

  private void refused(String content, String message) throws IOException {
    Path file = file(content);
    assertThatThrownBy(() -> OutcomeData.read(file, List.of("small", "big")))
        .isInstanceOf(OutcomeData.InvalidDataException.class)
        .hasMessageContaining(message);
  }

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("outcomes.csv"), content);
  }
}
