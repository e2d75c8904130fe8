package io.floorkeeper.policy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What the policy's endpoints say. */
final class PolicyAnswers {
  private PolicyAnswers() {}

  /** A finding, for programs and for people. */
  static Map<String, Object> finding(Finding finding) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("path", finding.path());
    told.put("message", finding.message());
    told.put("suggestion", finding.suggestion());
    return told;
  }

  /**
   * The policy in force on this replica.
   *
   * @param version 0: the database has not numbered it yet
   * @param digest also the ETag, in quotes: what {@code If-Match} takes
   * @param document as it was written
   * @param trouble of the watched file or folder: what is in force is then its last good content
   * @param newerVersion in the database, which this replica cannot read; null: none
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.ALWAYS)
  @Schema(name = "PolicyInForce")
  record InForce(
      int version,
      String digest,
      String parentDigest,
      String source,
      String author,
      String reason,
      Instant publishedAt,
      String document,
      PolicyTrouble trouble,
      Integer newerVersion) {

    static InForce of(
        PolicyBook.Published published, Optional<PolicyTrouble> trouble, int newestSeen) {
      PolicyOrigin origin = published.origin();
      return new InForce(
          published.version(),
          published.policy().digest(),
          origin.parentDigest(),
          published.source(),
          origin.author(),
          origin.reason(),
          origin.publishedAt(),
          published.document(),
          trouble.orElse(null),
          newestSeen > published.version() && published.version() > 0 ? newestSeen : null);
    }
  }

  /**
   * A version.
   *
   * @param parentDigest of the version that was in force until then; null: it was the first
   * @param document as it was written; absent in lists
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @Schema(name = "PolicyVersion")
  record Version(
      int version,
      String digest,
      String parentDigest,
      String source,
      String author,
      String reason,
      Instant publishedAt,
      @JsonInclude(JsonInclude.Include.NON_NULL) String document) {

    static Version of(PolicyVersionEntity entity, boolean withDocument) {
      return new Version(
          entity.version,
          entity.digest,
          entity.parentDigest,
          entity.source,
          entity.author,
          entity.reason,
          entity.publishedAt,
          withDocument ? entity.document : null);
    }
  }

  /** Versions, newest first. */
  @Schema(name = "PolicyVersions")
  record Versions(List<Version> versions) {}

  /**
   * What became of a document.
   *
   * @param changed false: it was in force already, and no version was made
   * @param changes against the version before, in words
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @Schema(name = "PolicyPublication")
  record Published(
      int version,
      String digest,
      String parentDigest,
      boolean changed,
      List<String> changes,
      boolean loosensPins) {

    static Published of(PolicyService.Publication publication) {
      PolicyVersionEntity version = publication.version();
      return new Published(
          version.version,
          version.digest,
          version.parentDigest,
          publication.fresh(),
          publication.changes().lines(),
          publication.changes().loosensPins());
    }
  }

  /** A document that can be published. */
  @Schema(name = "PolicyVerdict")
  record Valid(boolean valid, String digest, List<Finding> findings) {}

  /**
   * What would change.
   *
   * @param changes in words; empty: nothing that changes a decision
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @Schema(name = "PolicyChanges")
  record Diff(String fromDigest, String toDigest, List<String> changes, boolean loosensPins) {
    static Diff of(Policy from, Policy to, PolicyDiff.Changes changes) {
      return new Diff(from.digest(), to.digest(), changes.lines(), changes.loosensPins());
    }
  }

  /**
   * A wish to go back.
   *
   * @param toVersion whose content becomes a new version
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  @Schema(name = "PolicyRollback")
  record Rollback(Integer toVersion, String reason) {}
}
