package io.floorkeeper.routing;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Callers;
import io.floorkeeper.platform.Needs;
import io.floorkeeper.platform.Problem;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.time.Clock;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** A check failed: what now? From the same snapshot as {@code /route}, and as fast. */
@Needs(value = Caller.Scope.ROUTE, ownTenant = true)
@Path("/escalate")
@Tag(name = "decide")
public class EscalationResource {
  /** In metrics: names that the policy does not know are the caller's, and may be any number. */
  private static final String OTHER_CHECK = "other";

  private final SnapshotBook snapshots;
  private final LoggedAnswers answers;
  private final Escalator escalator;
  private final Clock clock = Clock.systemUTC();
  private final AnswerNumbers numbers;
  private final long idLifeMillis;
  private final MeterRegistry meters;

  EscalationResource(
      SnapshotBook snapshots,
      LoggedAnswers answers,
      RoutingSettings settings,
      AnswerNumbers numbers,
      MeterRegistry meters) {
    this.snapshots = snapshots;
    this.answers = answers;
    this.idLifeMillis = settings.idLife().toMillis();
    this.escalator = new Escalator(idLifeMillis);
    this.numbers = numbers;
    this.meters = meters;
  }

  @POST
  @NonBlocking
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "A check failed: which model is next?",
      description =
          "Whoever asks twice gets the same id. What /route was told (data_class, tags, ...) is to"
              + " be said again: what is not repeated opens no pin. With the kill switch on it"
              + " answers by the ladder all the same: an answer that failed its check must have"
              + " somewhere to go.")
  @APIResponse(
      responseCode = "200",
      description = "escalated (call this model under this id), passed, or exhausted, and why")
  @APIResponse(responseCode = "400", description = "problem+json that names the field")
  @APIResponse(responseCode = "404", description = "The policy knows the decision's role no more")
  @APIResponse(
      responseCode = "422",
      description = "The id has expired, the check is none of the role's, or a pin cannot be met")
  @APIResponse(
      responseCode = "503",
      description = "A pin wants the record to be safe first, and the broker has not taken it")
  public EscalateAnswer escalate(@Context SecurityContext context, EscalateRequest request) {
    if (request == null) {
      throw new Problem.BadRequest("missing_body", "the body must be one JSON object", List.of());
    }
    request.validated();
    Caller caller = Callers.of(context);
    request.asRoute(request.role()).requireDataClassOf(caller);
    Escalation escalation =
        escalator.escalate(request, caller, snapshots.deciding(), clock.millis());
    count(escalation);
    EscalateAnswer answer = EscalateAnswer.of(escalation, request.check(), idLifeMillis);
    return escalation.climbed() == null
        ? answer
        : answers.given(
            answer,
            escalation.recordedFirst(),
            request.asRoute(role(request, escalation)),
            caller,
            escalation.climbed(),
            numbers.next(),
            DecisionLog.Aside.escalated(request.check()));
  }

  private static String role(EscalateRequest request, Escalation escalation) {
    return request.role() != null ? request.role() : escalation.routes().policy().name();
  }

  private void count(Escalation escalation) {
    meters
        .counter(
            "floorkeeper.escalations",
            "role",
            escalation.routes().policy().name(),
            "check",
            escalation.check() == null ? OTHER_CHECK : escalation.check(),
            "outcome",
            escalation.outcome().toString())
        .increment();
    if (escalation.climbed() != null) {
      meters.counter("floorkeeper.decisions", "reason", Reason.ESCALATED.toString()).increment();
    }
  }
}
