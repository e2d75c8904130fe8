package io.floorkeeper.command;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** The entry point of the jar. */
@QuarkusMain
public final class Floorkeeper {

  private Floorkeeper() {}

  public static void main(String... arguments) {
    Quarkus.run(arguments);
  }
}
