package io.floorkeeper.routing;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Callers;
import io.floorkeeper.platform.Needs;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.platform.ProblemMapper;
import io.floorkeeper.policy.Tier;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.commons.rng.UniformRandomProvider;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The hot path: one snapshot read, one decision, one answer; the log is behind it. */
@Needs(value = Caller.Scope.ROUTE, ownTenant = true)
@Path("/route")
@Tag(name = "decide")
public class RouteResource {
  /** The calling thread's generator, whichever that is: one object for all of them. */
  static final UniformRandomProvider RANDOM = () -> ThreadLocalRandom.current().nextLong();

  private final SnapshotBook snapshots;
  private final LoggedAnswers answers;
  private final PoolBook pool;
  private final Router router;
  private final Clock clock = Clock.systemUTC();
  private final AnswerNumbers numbers;
  private final ExternalClassifiers classifiers;
  private final long idLifeMillis;
  private final Map<Reason, Counter> decisions = new EnumMap<>(Reason.class);
  private final Map<CeilingVerdict.Outcome, Counter> ceilings =
      new EnumMap<>(CeilingVerdict.Outcome.class);
  private final Counter blocked;

  RouteResource(
      SnapshotBook snapshots,
      LoggedAnswers answers,
      PoolBook pool,
      RoutingSettings settings,
      ReplicaNumber replica,
      AnswerNumbers numbers,
      ExternalClassifiers classifiers,
      MeterRegistry meters) {
    this.snapshots = snapshots;
    this.answers = answers;
    this.pool = pool;
    this.numbers = numbers;
    this.classifiers = classifiers;
    this.router =
        new Router(replica.value(), settings.staleAfter().toMillis(), settings.idLife().toMillis());
    this.idLifeMillis = settings.idLife().toMillis();
    for (CeilingVerdict.Outcome outcome : CeilingVerdict.Outcome.values()) {
      ceilings.put(outcome, meters.counter("floorkeeper.ceilings", "outcome", outcome.toString()));
    }
    this.blocked = meters.counter("floorkeeper.ceilings", "outcome", "blocked");
    for (Reason reason : Reason.values()) {
      decisions.put(reason, meters.counter("floorkeeper.decisions", "reason", reason.toString()));
    }
  }

  @POST
  @NonBlocking
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(summary = "Which tier and model should this call of this role use?")
  @APIResponse(responseCode = "200", description = "The model to call and the decision id to carry")
  @APIResponse(responseCode = "400", description = "problem+json that names the field")
  @APIResponse(responseCode = "404", description = "The role is unknown and there is no default")
  @APIResponse(
      responseCode = "422",
      description = "A pin cannot be met, or the data class is not that of the key")
  @APIResponse(
      responseCode = "503",
      description = "A pin wants the record to be safe first, and the broker has not taken it")
  @APIResponse(responseCode = "429", description = "A spend ceiling is reached, and it blocks")
  public RouteAnswer route(@Context SecurityContext context, RouteRequest request) {
    if (request == null) {
      throw new Problem.BadRequest("missing_body", "the body must be one JSON object", List.of());
    }
    request.validated();
    Caller caller = Callers.of(context);
    request.requireDataClassOf(caller);
    AllocationSnapshot snapshot = snapshots.deciding();
    if (ExternalClassifiers.areAsked(request, caller, snapshot)) {
      throw new ClassifiedFirst(request, caller, classifiers.ask(request, snapshot));
    }
    return decided(request, caller, snapshot, null);
  }

  /** Goes on when the classifier has spoken, or its time is over. */
  @ServerExceptionMapper
  public Uni<Response> classified(ClassifiedFirst waiting) {
    return Uni.createFrom()
        .completionStage(waiting.classification())
        .flatMap(classification -> classified(waiting, classification));
  }

  private Uni<Response> classified(ClassifiedFirst waiting, Classification classification) {
    ProblemMapper problems = new ProblemMapper();
    try {
      RouteRequest request = waiting.request();
      if (classification.complexity() != null) {
        request = request.withComplexity(classification.complexity());
      }
      // Of now: a kill switch or another policy may have come in between.
      RouteAnswer answer = decided(request, waiting.caller(), snapshots.deciding(), classification);
      return Uni.createFrom().item(Response.ok(answer, MediaType.APPLICATION_JSON_TYPE).build());
    } catch (RecordedFirst recorded) {
      return new RecordedFirst.Mapper().recorded(recorded);
    } catch (Problem problem) {
      return Uni.createFrom().item(problems.problem(problem));
    } catch (RuntimeException defect) {
      return Uni.createFrom().item(problems.defect(defect));
    }
  }

  /**
   * @param classification null where no external classifier was asked
   */
  private RouteAnswer decided(
      RouteRequest request,
      Caller caller,
      AllocationSnapshot snapshot,
      Classification classification) {
    long number = numbers.next();
    Decision decision = decide(request, caller, snapshot, classification, number);
    if (decision.ceiling() != null) {
      ceilings.get(decision.ceiling().outcome()).increment();
    }
    if (decision.unseenMask()) {
      snapshots.want(decision);
    }
    pool.answered(decision);
    decisions.get(decision.reason()).increment();
    DecisionLog.Aside aside = classification == null ? null : classification.aside();
    return answers.given(answer(decision), request, caller, decision, number, aside);
  }

  private Decision decide(
      RouteRequest request,
      Caller caller,
      AllocationSnapshot snapshot,
      Classification classification,
      long number) {
    String unclassified = classification == null ? null : classification.constraint();
    try {
      return router.decide(request, caller, snapshot, unclassified, RANDOM, clock.millis(), number);
    } catch (Problem.CeilingReached e) {
      blocked.increment();
      throw e;
    }
  }

  private RouteAnswer answer(Decision decision) {
    ArmView arm = decision.arm();
    RoleRoutes routes = decision.routes();
    return new RouteAnswer(
        decision.decisionId(),
        arm.arm().tier(),
        arm.arm().model().name(),
        arm.arm().model().provider(),
        decision.reason().toString(),
        decision.propensity(),
        decision.snapshot().published().version(),
        decision.id().epoch(),
        Learnings.of(routes),
        decision.evaluate(),
        escalation(decision),
        decision.constraints(),
        arm.estimate(),
        routes.told(),
        Instant.ofEpochMilli(decision.id().epochMillis() + idLifeMillis));
  }

  /** The rungs of the role's ladder above the chosen tier that the request leaves eligible. */
  private static List<String> escalation(Decision decision) {
    List<String> ladder = decision.routes().policy().escalation();
    if (ladder.isEmpty()) {
      return ladder;
    }
    List<Tier> tiers = decision.snapshot().published().policy().tiers();
    List<String> above = new ArrayList<>(ladder.size());
    for (String name : ladder) {
      for (int k = 0; k < decision.routes().arms().size(); k++) {
        ArmView arm = decision.routes().arms().get(k);
        if ((decision.mask() & 1L << k) != 0
            && arm.arm().tierIndex() > decision.arm().arm().tierIndex()
            && tiers.get(arm.arm().tierIndex()).name().equals(name)) {
          above.add(name);
          break;
        }
      }
    }
    return above;
  }
}
