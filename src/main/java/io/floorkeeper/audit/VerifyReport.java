package io.floorkeeper.audit;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What the chains of a period say.
 *
 * @param from null: since ever
 * @param to null: until now
 * @param checkedAt the moment whose state was read
 * @param intact whether there is no finding
 * @param decisions rows whose hash was recomputed
 * @param marks other records of chains, likewise
 * @param anchors that were compared
 * @param events of operators, likewise recomputed: always all of them
 * @param eventsHead the hash of the last of them, lower-case hex; null: there is none
 * @param policyVersions compared with the events that tell of them, likewise all
 * @param switches rows of the kill switch, likewise
 * @param unchainedDecisions rows of the period from before there were chains: nothing vouches for
 *     them
 * @param pendingDecisions no findings yet: anchored or answered, and still on their way to Postgres
 * @param pendingSince what was decided after this may be among them; null: nothing is pending
 * @param unanchored records behind the last anchor of their chain: their hashes fit, and nothing
 *     vouches for the last of them yet
 * @param chains the newest 1000
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record VerifyReport(
    Instant from,
    Instant to,
    Instant checkedAt,
    boolean intact,
    long decisions,
    long marks,
    long anchors,
    long events,
    String eventsHead,
    long policyVersions,
    long switches,
    long unchainedDecisions,
    long pendingDecisions,
    Instant pendingSince,
    long unanchored,
    long chainCount,
    List<Chain> chains,
    Findings findings,
    long tookMillis) {

  static final int MOST_CHAINS = 1_000;

  /**
   * One chain.
   *
   * @param fromPosition the anchor from which it was followed; 0: from its beginning
   * @param toPosition the last record that is there
   * @param headHash of that record, lower-case hex
   * @param anchoredPosition the last record whose anchor agrees
   * @param state {@code closed} in order; {@code open}: the replica gave a sign of life not long
   *     ago; {@code silent}: none, and no end either; {@code part}: goes on behind the period
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Chain(
      UUID chain,
      long fromPosition,
      long toPosition,
      String headHash,
      long anchoredPosition,
      long decisions,
      long pending,
      long unanchored,
      String state) {}
}
