package io.floorkeeper.truth;

import io.floorkeeper.ledger.DecisionId;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Invents tasks: a decision and the calls that hang on it, or a call that hangs on none. */
final class TaskMaker {
  private static final long SPREAD_MILLIS = 36L * 3_600_000;
  private static final List<String> LEARNING = List.of("worker", "critic", "planner");
  private static final List<Double> PROBABILITIES = List.of(.1, .25, .3, .5, 1.0);

  private final Installation installation;
  private final Random random;
  private final long beginMillis;
  private final Deque<DecisionId> asked;
  private int sequence;

  /**
   * @param asked decisions that the service made itself
   * @param now what is invented began within the day and a half before
   */
  TaskMaker(Installation installation, List<DecisionId> asked, Random random, Instant now) {
    this.installation = installation;
    this.asked = new ArrayDeque<>(asked);
    this.random = random;
    this.beginMillis = now.toEpochMilli() - SPREAD_MILLIS;
  }

  /** The calls of one task: retries, continuations, and for one role the rungs of its ladder. */
  List<PlannedSpan.Call> task() {
    DecisionId id = asked.isEmpty() || random.nextInt(20) > 0 ? decisionId() : asked.pop();
    String role = nameOf(id.roleNo());
    Models arm = Models.ofArm(installation, id.armNo());
    boolean climbs = role.equals("file-ops");
    PlannedDecision decision =
        new PlannedDecision(
            HexFormat.of().formatHex(id.root()),
            role,
            id.roleNo(),
            id.bucket(),
            arm,
            id.armNo(),
            id.block(),
            Instant.ofEpochMilli(id.epochMillis()));
    int calls = 1 + (random.nextInt(3) == 0 ? random.nextInt(4) : 0);
    List<PlannedSpan.Call> made = new ArrayList<>();
    long startNanos = id.epochMillis() * 1_000_000L;
    int rung = 0;
    for (int i = 0; i < calls; i++) {
      if (climbs && i > 0 && random.nextBoolean()) {
        rung++;
      }
      startNanos += random.nextLong(1, 5_000_000_000L);
      DecisionId carried = id.with(id.flags() | (i > 0 ? DecisionId.STICKY : 0), rung, id.keyNo());
      made.add(call(decision, rung, sign(carried), startNanos));
    }
    return made;
  }

  private DecisionId decisionId() {
    boolean climbs = random.nextInt(4) == 0;
    String role = climbs ? "file-ops" : LEARNING.get(random.nextInt(LEARNING.size()));
    List<Models> arms =
        role.equals("planner")
            ? List.of(Models.values())
            : climbs
                ? List.of(Models.TINY, Models.TINY, Models.MEDIUM)
                : List.of(Models.TINY, Models.MEDIUM, Models.GRAND);
    return decisionId(role, arms.get(random.nextInt(arms.size())));
  }

  private String nameOf(int roleNo) {
    return installation.roles().entrySet().stream()
        .filter(role -> role.getValue() == roleNo)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  /** A call that no decision stands behind, whatever it carries. */
  PlannedSpan.Call unrouted() {
    long startNanos = startMillis() * 1_000_000L + random.nextInt(1_000_000);
    int kind = random.nextInt(5);
    if (kind == 0) {
      DecisionId unproven = decisionId("worker", Models.TINY);
      return call(
          null,
          0,
          new Signed(
              installation
                  .unstored()
                  .sign(unproven.with(unproven.flags(), 0, DecisionId.UNSTORED_KEY)),
              true),
          startNanos);
    }
    return call(null, 0, new Signed(null, false), startNanos);
  }

  private record Signed(String characters, boolean unstored) {}

  private Signed sign(DecisionId id) {
    return new Signed(installation.keys().sign(id), false);
  }

  private DecisionId decisionId(String role, Models arm) {
    return new DecisionId(
        installation.keys().signingKeyNo(),
        random.nextBoolean() ? DecisionId.BASE_LABEL : DecisionId.NOT_DRAWN,
        0,
        startMillis(),
        7,
        sequence++,
        0,
        installation.roles().get(role),
        random.nextInt(3),
        installation.arms().get(arm.armKey),
        .5f,
        DecisionId.labelCode(1),
        installation.policyVersion(),
        random.nextInt(1_000),
        random.nextInt(3));
  }

  private long startMillis() {
    return beginMillis + random.nextLong(SPREAD_MILLIS);
  }

  private PlannedSpan.Call call(
      PlannedDecision decision, int rung, Signed signed, long startNanos) {
    Models meant =
        decision == null
            ? Models.values()[random.nextInt(4)]
            : rung == 0 ? decision.arm() : rungOf(decision, rung);
    boolean strays = random.nextInt(25) == 0;
    Models ran = strays ? elsewhere() : meant;
    PlannedSpan.Style[] styles = PlannedSpan.Style.values();
    PlannedSpan.RoleBy roleBy = PlannedSpan.RoleBy.NOTHING;
    String role = null;
    if (decision == null) {
      roleBy = PlannedSpan.RoleBy.values()[random.nextInt(4)];
      List<String> names = List.of("worker", "critic", "planner", "stranger-" + random.nextInt(3));
      role = roleBy == PlannedSpan.RoleBy.NOTHING ? null : names.get(random.nextInt(names.size()));
    }
    boolean judged = random.nextInt(3) == 0;
    return new PlannedSpan.Call(
        hex(16),
        hex(8),
        startNanos,
        random.nextLong(1_000_000L, 20_000_000_000L),
        styles[random.nextInt(styles.length)],
        ran == null ? "unheard-of-" + random.nextInt(5) : written(ran),
        ran,
        random.nextInt(12) == 0 ? null : usage(),
        random.nextInt(4) == 0 ? 1_000L * random.nextInt(1, 500_000) : null,
        decision,
        rung,
        signed.characters,
        signed.unstored,
        role,
        roleBy,
        random.nextInt(12) == 0 ? failure() : PlannedSpan.Failure.NONE,
        judged ? judgements() : List.of(),
        judged && random.nextInt(2) == 0
            ? PROBABILITIES.get(random.nextInt(PROBABILITIES.size()))
            : null,
        random.nextInt(3) == 0 ? null : "resp-" + hex(10));
  }

  private static Models rungOf(PlannedDecision decision, int rung) {
    List<Models> ladder = Models.FILE_OPS_LADDER.get(decision.arm());
    return rung <= ladder.size() ? ladder.get(rung - 1) : Models.GRAND;
  }

  /** Another model, or none that the policy knows. */
  private Models elsewhere() {
    return random.nextBoolean() ? null : Models.values()[random.nextInt(4)];
  }

  private String written(Models model) {
    String name = model.modelName();
    Map<Models, String> aliases =
        Map.of(
            Models.TINY, "tiny-latest",
            Models.HOUSE, "house-llm",
            Models.MEDIUM, "medium-latest",
            Models.GRAND, "grand-latest");
    return switch (random.nextInt(8)) {
      case 0 -> aliases.get(model);
      case 1 -> "acme/" + name;
      case 2 -> name + "-20251001";
      case 3 -> "gateway/acme/" + name + "-2025-10-01";
      default -> name;
    };
  }

  private Usage usage() {
    long input = random.nextInt(20_000);
    boolean cached = random.nextBoolean();
    boolean beside = random.nextInt(6) == 0;
    long read = cached ? random.nextLong(beside ? 30_000 : input / 2 + 1) : 0;
    long write = cached ? random.nextLong(beside ? 30_000 : input / 2 + 1) : 0;
    long output = random.nextInt(3_000);
    return new Usage(
        input, read, write, output, random.nextInt(3) == 0 ? random.nextLong(4_000) : 0);
  }

  private PlannedSpan.Failure failure() {
    return PlannedSpan.Failure.values()[1 + random.nextInt(3)];
  }

  private List<PlannedSpan.Judgement> judgements() {
    List<PlannedSpan.Judgement> judgements = new ArrayList<>();
    int kinds = 1 + random.nextInt(31); // any set of the five below but the empty one
    if ((kinds & 1) != 0) {
      judgements.add(
          new PlannedSpan.Judgement(
              "helpfulness",
              random.nextInt(8) == 0 ? 7.0 : 1 + random.nextInt(9) / 2.0,
              null,
              null));
    }
    if ((kinds & 2) != 0) {
      judgements.add(new PlannedSpan.Judgement("toxicity", random.nextInt(17) / 16.0, null, null));
    }
    if ((kinds & 4) != 0) {
      judgements.add(
          new PlannedSpan.Judgement(
              "verdict", null, List.of("pass", "Fail", "maybe").get(random.nextInt(3)), null));
    }
    if ((kinds & 8) != 0) {
      judgements.add(
          new PlannedSpan.Judgement("fluency", random.nextInt(1_001) / 1_000.0, null, null));
    }
    if ((kinds & 16) != 0) {
      judgements.add(new PlannedSpan.Judgement("schema", null, null, random.nextBoolean()));
    }
    return judgements;
  }

  String hex(int bytes) {
    byte[] id = new byte[bytes];
    random.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }

  Random random() {
    return random;
  }

  /** The characters of an id that no key signed. */
  String forged() {
    String characters = installation.keys().sign(decisionId("worker", Models.TINY));
    char[] changed = characters.toCharArray();
    changed[50] = changed[50] == 'A' ? 'B' : 'A'; // within the code: byte 37
    return new String(changed);
  }
}
