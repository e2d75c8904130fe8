package io.floorkeeper.audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.platform.AuditSettings;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;

/** Recomputes all chains of a period. */
@ApplicationScoped
class VerifyService {
  private final AuditReader reader;
  private final ObjectMapper json;
  private final long silentMillis;

  VerifyService(AuditReader reader, ObjectMapper json, AuditSettings settings) {
    this.silentMillis = settings.silentAfter().toMillis();
    this.reader = reader;
    this.json = json;
  }

  /**
   * @param most findings that are shown; all are counted
   */
  VerifyReport verify(Period period, int most) {
    return reader.read(connection -> verify(connection, period, new Findings(most)));
  }

  /** Within a reading that goes on. */
  VerifyReport verify(Connection connection, Period period, Findings findings) throws SQLException {
    long startNanos = System.nanoTime();
    Instant now = Instant.now();
    EventVerifier events = new EventVerifier(connection, findings);
    long eventCount = events.verify();
    events.announced(period);
    ToldRows told = new ToldRows(connection, findings);
    long policyVersions = told.policies();
    long switches = told.switches();
    long unchained = UnchainedRows.verify(connection, period, findings);
    ChainVerifier verifier = new ChainVerifier(connection, json, silentMillis, findings);
    List<ChainSpan> spans = ChainSpans.read(connection, period.from(), period.to());
    ArrayDeque<VerifyReport.Chain> chains = new ArrayDeque<>();
    for (ChainSpan span : spans) {
      chains.addFirst(verifier.verify(span));
      if (chains.size() > VerifyReport.MOST_CHAINS) {
        chains.removeLast();
      }
    }
    return new VerifyReport(
        period.from(),
        period.to(),
        now,
        findings.total() == 0,
        verifier.decisions(),
        verifier.marks(),
        verifier.anchors() + events.anchors(),
        eventCount,
        events.head(),
        policyVersions,
        switches,
        unchained,
        verifier.pending(),
        verifier.pendingSince(),
        verifier.unanchored(),
        spans.size(),
        List.copyOf(chains),
        findings,
        (System.nanoTime() - startNanos) / 1_000_000);
  }
}
