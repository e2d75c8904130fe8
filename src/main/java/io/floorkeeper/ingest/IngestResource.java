package io.floorkeeper.ingest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agroal.api.AgroalDataSource;
import io.floorkeeper.ledger.CallGaps;
import io.floorkeeper.ledger.TotalsRepository;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.Needs;
import io.floorkeeper.platform.Problem;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.SortedMap;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The place to look at when figures do not add up: what came in, and what became of it. */
@Needs(Caller.Scope.READ)
@Path("/ingest")
@Tag(name = "tell")
@Produces(MediaType.APPLICATION_JSON)
public class IngestResource {
  private static final int MOST_DEAD_LETTERS = 500;
  private static final int MOST_MODELS = 100;
  private static final Duration GAPS_OVER = Duration.ofDays(30);

  private final AgroalDataSource database;
  private final CorrelationReport correlation;
  private final TotalsRepository totals;
  private final CallGaps gaps;
  private final Streams streams;
  private final SamplingWatch sampling;
  private final PriceReport prices;
  private final ObjectMapper json;

  IngestResource(
      AgroalDataSource database,
      CorrelationReport correlation,
      TotalsRepository totals,
      CallGaps gaps,
      Streams streams,
      SamplingWatch sampling,
      PriceReport prices,
      ObjectMapper json) {
    this.database = database;
    this.correlation = correlation;
    this.totals = totals;
    this.gaps = gaps;
    this.streams = streams;
    this.sampling = sampling;
    this.prices = prices;
    this.json = json;
  }

  @GET
  @Operation(
      summary =
          "Do judgements find their decisions? Exact totals of everything that came in, the streams, the prices and what spans report"
              + " beside them, and the latest dead letters")
  @APIResponse(responseCode = "200", description = "Totals, streams, dead letters (latest first)")
  @APIResponse(responseCode = "503", description = "The database is out of reach")
  public ObjectNode ingest(
      @QueryParam("dead_letters") @DefaultValue("20") int deadLetters,
      @QueryParam("dead_letter_code") String deadLetterCode) {
    if (deadLetters < 0 || deadLetters > MOST_DEAD_LETTERS) {
      throw Problem.BadRequest.field(
          "invalid_value", "dead_letters", "must lie in 0 to " + MOST_DEAD_LETTERS);
    }
    ObjectNode answer = json.createObjectNode();
    try (Connection connection = database.getConnection()) {
      SortedMap<String, Long> counted = totals.read(connection);
      correlation.tell(answer.putObject("correlation"), counted, connection);
      ObjectNode counts = answer.putObject("totals");
      counted.forEach(counts::put);
      sampling.tell(connection, counted, answer.putObject("sampling"));
      ObjectNode states = answer.putObject("streams");
      for (StreamConsumer stream : streams.all()) {
        states
            .putObject(stream.name())
            .put("state", stream.state().name().toLowerCase(Locale.ROOT))
            .put("trouble", stream.trouble());
      }
      Instant since = Instant.now().truncatedTo(ChronoUnit.DAYS).minus(GAPS_OVER);
      GapsAnswer.put(answer, gaps.read(connection, since, MOST_MODELS), since, prices.near());
      prices.tell(answer.putObject("prices"), connection);
      DeadLetterReport.tell(connection, deadLetterCode, deadLetters, answer);
    } catch (SQLException e) {
      throw new Problem.Unavailable(
          "database_unavailable", "the totals cannot be read: " + Causes.briefly(e));
    }
    return answer;
  }
}
