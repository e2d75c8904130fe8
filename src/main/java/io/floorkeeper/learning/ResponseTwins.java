package io.floorkeeper.learning;

import io.floorkeeper.ledger.AttributedCall;
import io.floorkeeper.ledger.CallRepository.CallKey;
import io.floorkeeper.ledger.Response;
import io.floorkeeper.ledger.ResponseRepository;
import io.floorkeeper.ledger.StoredCall;
import io.floorkeeper.ledger.StoredCallRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Counts a response once, however many calls describe it. Which of them counts is a matter of what
 * they say and not of which came first: a better one that comes later takes the place of the one
 * before, in the transaction that brings it. The others stay in the table, marked, so that their
 * resends stay duplicates.
 *
 * <p>A cache that serves a response again is no second call: nobody pays for it, and a judgement of
 * it would be one of the same answer. Costs one statement a batch, and nothing where no call names
 * its response.
 */
@ApplicationScoped
class ResponseTwins {
  private final ResponseRepository responses;
  private final StoredCallRepository stored;
  private final CallJudge judge;

  ResponseTwins(ResponseRepository responses, StoredCallRepository stored, CallJudge judge) {
    this.responses = responses;
    this.stored = stored;
    this.judge = judge;
  }

  /**
   * What a batch comes to.
   *
   * @param counting those of its calls that count
   * @param takenBack calls of earlier batches that count no more
   * @param recosted calls of earlier batches whose cost is another now: before, after
   */
  record Settled(
      List<JudgedCall> counting,
      List<StoredCall> takenBack,
      Map<StoredCall, StoredCall> recosted,
      long twins) {

    /** Those that episodes have counted. */
    List<EpisodeCorrection> corrections() {
      return Stream.concat(
              takenBack.stream().map(call -> new EpisodeCorrection(call, Optional.empty())),
              recosted.entrySet().stream()
                  .map(e -> new EpisodeCorrection(e.getKey(), Optional.of(e.getValue()))))
          .filter(correction -> Boolean.TRUE.equals(correction.before().followed()))
          .toList();
    }
  }

  /**
   * @param fresh that were never seen before, written already
   */
  Settled settle(Connection connection, List<JudgedCall> fresh, PolicyView policy)
      throws SQLException {
    Map<JudgedCall, ByteBuffer> keys = new LinkedHashMap<>();
    TreeMap<ByteBuffer, Response> told = new TreeMap<>();
    for (JudgedCall call : fresh) {
      Optional<byte[]> key = Response.keyOf(call.attributed().call());
      if (key.isPresent()) {
        ByteBuffer hash = ByteBuffer.wrap(key.get());
        keys.put(call, hash);
        told.merge(hash, Response.of(call.attributed()), Response::plus);
      }
    }
    Map<ByteBuffer, ResponseRepository.Met> met = responses.meet(connection, told);
    if (met.isEmpty() && told.size() == keys.size()) {
      return new Settled(fresh, List.of(), Map.of(), 0); // no two calls of one response
    }
    List<JudgedCall> counting = new ArrayList<>();
    Set<CallKey> twins = new HashSet<>();
    List<StoredCall> borrowing = new ArrayList<>();
    for (JudgedCall call : fresh) {
      ByteBuffer key = keys.get(call);
      if (key == null) {
        counting.add(call);
        continue;
      }
      Response response = met.containsKey(key) ? met.get(key).after() : told.get(key);
      if (!response.countsAs(Response.of(call.attributed()))) {
        twins.add(call.row().key());
      } else if (response.borrowed().isPresent()) {
        JudgedCall priced = borrow(connection, call, response.borrowed().getAsLong(), policy);
        counting.add(priced);
        borrowing.add(priced.asStored().withBorrowed(response.borrowed()));
      } else {
        counting.add(call);
      }
    }
    long fresher = twins.size();
    Map<CallKey, Optional<OptionalLong>> earlier = earlier(met);
    Map<CallKey, StoredCall> there = stored.lock(connection, earlier.keySet());
    List<StoredCall> takenBack = new ArrayList<>();
    Map<StoredCall, StoredCall> recosted = new LinkedHashMap<>();
    there.forEach(
        (key, call) -> {
          if (call.twin()) {
            return;
          }
          Optional<OptionalLong> cost = earlier.get(key);
          if (cost.isEmpty()) {
            takenBack.add(call);
            twins.add(key);
          } else if (!cost.get()
              .equals(call.borrowed() ? call.reportedNanoUsd() : OptionalLong.empty())) {
            StoredCall after = call.withBorrowed(cost.get());
            recosted.put(call, after);
            borrowing.add(after);
          }
        });
    stored.markTwins(connection, twins);
    stored.writeCosts(connection, borrowing);
    return new Settled(counting, takenBack, recosted, fresher + takenBack.size());
  }

  /** Calls of earlier batches: empty, they count no more; else with the cost that they borrow. */
  private static Map<CallKey, Optional<OptionalLong>> earlier(
      Map<ByteBuffer, ResponseRepository.Met> met) {
    Map<CallKey, Optional<OptionalLong>> changed = new HashMap<>();
    for (ResponseRepository.Met response : met.values()) {
      if (!response.after().countsAs(response.before())) {
        changed.put(response.before().key(), Optional.empty());
      } else if (!response.after().borrowed().equals(response.before().borrowed())) {
        changed.put(response.before().key(), Optional.of(response.after().borrowed()));
      }
    }
    return changed;
  }

  private JudgedCall borrow(
      Connection connection, JudgedCall call, long reportedNanoUsd, PolicyView policy)
      throws SQLException {
    return judge.judge(
        connection,
        new AttributedCall(
            call.attributed().call().withReportedNanoUsd(reportedNanoUsd),
            call.attributed().decision()),
        policy);
  }
}
