package io.floorkeeper.routing;

import jakarta.inject.Singleton;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Numbers this replica's answers, whatever they answer: with them the log tells repeats apart. */
@Singleton
class AnswerNumbers {
  private final AtomicLong next = new AtomicLong(ThreadLocalRandom.current().nextInt());

  long next() {
    return next.getAndIncrement();
  }
}
