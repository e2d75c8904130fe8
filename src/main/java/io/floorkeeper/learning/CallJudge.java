package io.floorkeeper.learning;

import io.floorkeeper.ledger.AttributedCall;
import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.CallRepository;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.ledger.Pricing;
import io.floorkeeper.policy.Model;
import io.floorkeeper.policy.RolePolicy;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the policy says of a call: what it cost, whether it ran where it was decided to, its label.
 */
@ApplicationScoped
class CallJudge {
  private final LadderBook ladders;
  private final DecidingRoles roles;

  CallJudge(LadderBook ladders, DecidingRoles roles) {
    this.ladders = ladders;
    this.roles = roles;
  }

  /** What {@code policy} says of it. */
  JudgedCall judge(Connection connection, AttributedCall attributed, PolicyView policy)
      throws SQLException {
    Call call = attributed.call();
    Optional<Model> ran = call.model().flatMap(policy.models()::find);
    Optional<CallPrice> price = CallPrice.of(call, policy.models(), policy.tariff());
    OptionalLong catalogue = price.map(CallPrice::nanoUsd).orElse(OptionalLong.empty());
    Optional<DecisionId> decision = attributed.decision();
    Optional<RolePolicy> role =
        decision.isPresent()
            ? roles.of(connection, decision.get(), policy)
            : call.role().flatMap(policy::role);
    Optional<Label> label = role.flatMap(r -> RewardModel.label(call.evaluations(), r));
    Optional<LadderBook.Rung> rung =
        decision.isPresent() && decision.get().rung() > 0
            ? ladders.rung(connection, decision.get(), policy)
            : Optional.empty();
    Boolean followed = null;
    if (decision.isPresent()) {
      Optional<String> decided =
          decision.get().rung() == 0
              ? policy.modelOf(decision.get().armNo())
              : rung.map(LadderBook.Rung::model);
      followed = ran.isPresent() && decided.equals(ran.map(Model::name));
    }
    OptionalLong booked = Pricing.booked(catalogue, call.reportedNanoUsd());
    boolean teaches = Boolean.TRUE.equals(followed);
    CallRepository.Row row =
        new CallRepository.Row(
            call,
            decision.isPresent() ? DecisionKeys.bytes(call.decisionId().orElseThrow()) : null,
            decision.isPresent()
                ? policy.roleName(decision.get().roleNo()).orElse("role#" + decision.get().roleNo())
                : call.role().orElse(null),
            decision
                .map(DecisionId::roleNo)
                .orElse(call.role().map(policy.numbers()::roleNo).orElse(0)),
            decision.isPresent() ? "decision" : call.roleSource().orElse("none"),
            followed,
            teaches ? rung.map(LadderBook.Rung::armNo).orElse(decision.get().armNo()) : 0,
            catalogue.isPresent() ? catalogue.getAsLong() : null,
            booked.isPresent() ? booked.getAsLong() : null,
            label.map(Label::qualityMicros).orElse(null),
            decision.map(DecisionId::tenantNo).orElse(0));
    return new JudgedCall(attributed, row, role, booked, label, rung, price.map(CallPrice::quote));
  }
}
