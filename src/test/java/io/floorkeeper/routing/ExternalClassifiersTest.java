package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who finds no place to wait in: before a port that takes connections and never answers. */
class ExternalClassifiersTest {
  private static final int PLACES = 4;

  private final Vertx vertx = Vertx.vertx();
  private ServerSocket silent;

  @BeforeEach
  void open() throws IOException {
    silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws Exception {
    silent.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  @Test
  void whoeverFindsNoPlaceIsToldAtOnceAndPlacesAreGivenBack() throws Exception {
    ExternalClassifiers classifiers = classifiers(1_000);

    List<Classification> first = answers(classifiers, 10);
    List<Classification> second = answers(classifiers, PLACES);

    assertThat(first.subList(0, PLACES))
        .extracting(Classification::constraint)
        .containsOnly(Classification.TIMEOUT);
    assertThat(first.subList(0, PLACES))
        .extracting(Classification::millis)
        .allMatch(millis -> millis >= 100);
    assertThat(first.subList(PLACES, 10))
        .containsOnly(new Classification(null, Classification.BUSY, 0, 0));
    assertThat(second).extracting(Classification::constraint).containsOnly(Classification.TIMEOUT);
  }

  @Test
  void whatNobodyAnswersIsNotAskedForAWhile() throws Exception {
    ExternalClassifiers classifiers = classifiers(PLACES);

    answers(classifiers, PLACES);

    assertThat(answers(classifiers, 3))
        .containsOnly(new Classification(null, Classification.DOWN, 0, 0));
  }

  private List<Classification> answers(ExternalClassifiers classifiers, int requests)
      throws Exception {
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.published(
                """
                roles:
                  worker:
                    classifier: {url: 'http://127.0.0.1:%d/c', time_limit: PT0.1S}
                """
                    .formatted(silent.getLocalPort())));
    List<CompletableFuture<Classification>> asked = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      asked.add(classifiers.ask(Ask.worker().request(), snapshot).toCompletableFuture());
    }
    List<Classification> answers = new ArrayList<>();
    for (CompletableFuture<Classification> one : asked) {
      answers.add(one.get(30, TimeUnit.SECONDS));
    }
    return answers;
  }

  private ExternalClassifiers classifiers(int openAfter) {
    return new ExternalClassifiers(
        vertx,
        new ObjectMapper(),
        new SimpleMeterRegistry(),
        new ClassifierSettings() {
          @Override
          public int inFlight() {
            return PLACES;
          }

          @Override
          public int openAfter() {
            return openAfter;
          }

          @Override
          public Duration coolDown() {
            return Duration.ofMinutes(10);
          }
        });
  }
}
