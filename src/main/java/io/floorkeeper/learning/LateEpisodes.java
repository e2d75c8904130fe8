package io.floorkeeper.learning;

import io.floorkeeper.policy.RolePolicy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Episodes whose first call comes when their reward wait is over: the walk has passed them. */
@ApplicationScoped
class LateEpisodes {
  private final WaitRepository waits;
  private final Clock clock;

  @Inject
  LateEpisodes(WaitRepository waits) {
    this(waits, Clock.systemUTC());
  }

  LateEpisodes(WaitRepository waits, Clock clock) {
    this.waits = waits;
    this.clock = clock;
  }

  /** Notes them, where their role has a default. */
  void note(Connection connection, List<EpisodeChange> changes, PolicyView policy)
      throws SQLException {
    Instant now = clock.instant();
    List<Episode> late = new ArrayList<>();
    for (EpisodeChange change : changes) {
      Episode episode = change.after();
      if (change.isFirstSeen() && episode.isAsked() && episode.deliveredLabel().isEmpty()) {
        Optional<RolePolicy> role =
            policy.roleName(episode.startKey().roleNo()).flatMap(policy::role);
        if (role.flatMap(RolePolicy::rewardDefault).isPresent()
            && !episode.decidedAt().plus(role.get().rewardWait()).isAfter(now)) {
          late.add(episode);
        }
      }
    }
    waits.noteLate(connection, late);
  }
}
