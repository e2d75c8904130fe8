package io.floorkeeper.policy;

import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.DatabaseGate;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.pricing.PriceBook;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Puts policies in force: recorded in Postgres first, then here, then on every other replica. */
@ApplicationScoped
class PolicyService {
  private static final Logger LOG = Logger.getLogger(PolicyService.class);

  private final DatabaseGate database;
  private final PolicyRepository repository;
  private final PolicyFollower follower;
  private final PolicyBook book;
  private final ArmKnowledge knowledge;
  private final PriceBook prices;
  private final MeterRegistry meters;

  PolicyService(
      DatabaseGate database,
      PolicyRepository repository,
      PolicyFollower follower,
      PolicyBook book,
      ArmKnowledge knowledge,
      PriceBook prices,
      MeterRegistry meters) {
    this.database = database;
    this.repository = repository;
    this.follower = follower;
    this.book = book;
    this.knowledge = knowledge;
    this.prices = prices;
    this.meters = meters;
  }

  /**
   * What was put in force.
   *
   * @param fresh false: it was in force already
   * @param changes against the version before, in words
   */
  record Publication(boolean fresh, PolicyVersionEntity version, PolicyDiff.Changes changes) {}

  /**
   * Publishes a document by compare and swap.
   *
   * @param expected digests, one of which is taken for the one in force
   * @throws Problem.Unprocessable with all findings
   * @throws Problem.PreconditionFailed where another version is in force
   * @throws Problem.Unavailable where the database is away
   */
  Publication publish(
      String document, Collection<String> expected, String source, String author, String reason) {
    Policy policy = checked(document, "policy");
    return publish(new PolicyDraft(policy, document, source, author, reason), expected);
  }

  /** The content of an earlier version as a new one. */
  Publication rollback(int toVersion, Collection<String> expected, String author, String reason) {
    PolicyVersionEntity old = version(toVersion);
    return publish(PolicyDraft.rollback(old, policy(old), author, reason), expected);
  }

  private Publication publish(PolicyDraft draft, Collection<String> expected) {
    PolicyRepository.Outcome outcome;
    try {
      outcome = database.ask(() -> repository.publish(draft, expected));
    } catch (Problem.PreconditionFailed moved) {
      count("conflict");
      throw moved;
    }
    return inForce(outcome, draft.policy());
  }

  /**
   * What a file or preset says; nothing happens where it says what it said last.
   *
   * @throws RuntimeException where the database is away
   */
  Publication hear(PolicyDraft draft) {
    PolicyRepository.Outcome outcome = repository.hear(draft);
    return inForce(outcome, draft.policy());
  }

  PolicyVersionEntity version(int number) {
    return database
        .ask(() -> repository.version(number))
        .orElseThrow(
            () ->
                new Problem.NotFound(
                    "unknown_version", "version", "there is no version " + number));
  }

  List<PolicyVersionEntity> versions(int below, int limit) {
    return database.ask(() -> repository.versions(below, limit));
  }

  /** The policy of a version, as this service reads it. */
  Policy policy(PolicyVersionEntity version) {
    return read(version.document, "version " + version.version);
  }

  /** What would change, with what is known of the arms. */
  PolicyDiff.Changes changes(Policy from, Policy to) {
    return PolicyDiff.between(from, to, Optional.of(knowledge));
  }

  /**
   * The policy that a document describes, whose references the catalogue has.
   *
   * @throws Problem.Unprocessable with all findings
   */
  Policy checked(String document, String name) {
    Policy policy = read(document, name);
    try {
      PriceValidator.requireKnown(policy, prices.current());
    } catch (InvalidPolicyException e) {
      count("invalid");
      throw invalid(e);
    }
    return policy;
  }

  private Policy read(String document, String name) {
    try {
      return PolicyReader.read(document, name);
    } catch (InvalidPolicyException e) {
      count("invalid");
      throw invalid(e);
    }
  }

  static Problem.Unprocessable invalid(InvalidPolicyException e) {
    return new Problem.Unprocessable(
        "invalid_policy",
        "the policy has " + e.findings().size() + " finding(s); nothing was changed",
        e.findings().stream().map(f -> new Problem.FieldError(f.path(), f.message())).toList(),
        Map.of("findings", e.findings().stream().map(PolicyAnswers::finding).toList()));
  }

  private Publication inForce(PolicyRepository.Outcome outcome, Policy policy) {
    count(outcome.isNew() ? "published" : "unchanged");
    PolicyDiff.Changes changes = PolicyDiff.Changes.NONE;
    if (outcome.isNew()) {
      Optional<Policy> before = before(outcome.before());
      changes = before.map(b -> changes(b, policy)).orElse(changes);
      try {
        follower.refresh(before.orElse(null));
      } catch (SQLException e) { // it is recorded: everyone follows it, this replica too
        LOG.warnf(
            "version %d is recorded and not in force here yet: %s",
            outcome.now().version, Causes.briefly(e));
      }
    }
    return new Publication(outcome.isNew(), outcome.now(), changes);
  }

  /** Empty where there was none, or none that this service reads. */
  private Optional<Policy> before(PolicyVersionEntity version) {
    if (version == null) {
      return Optional.empty();
    }
    Policy current = book.current().policy();
    if (current.digest().equals(version.digest)) {
      return Optional.of(current);
    }
    try {
      return Optional.of(PolicyReader.read(version.document, version.source));
    } catch (InvalidPolicyException e) {
      return Optional.empty();
    }
  }

  private void count(String outcome) {
    meters.counter("floorkeeper.policy.publications", "outcome", outcome).increment();
  }
}
