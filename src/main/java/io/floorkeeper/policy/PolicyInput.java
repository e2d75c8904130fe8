package io.floorkeeper.policy;

import io.floorkeeper.platform.OneLine;
import io.floorkeeper.platform.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What callers say besides the document. */
final class PolicyInput {
  private static final int LONGEST_REASON = 1_000;

  /** One or several of a list, in quotes as ETags are, or bare as people copy them. */
  private static final Pattern TAG = Pattern.compile("\\s*(?:W/)?\"?([0-9a-fA-F]{64})\"?\\s*");

  private PolicyInput() {}

  /**
   * The digests that {@code If-Match} names.
   *
   * @throws Problem.PreconditionRequired where it is not there, or is {@code *}: whatever is in
   *     force would be overwritten unseen
   * @throws Problem.BadRequest where it is no digest
   */
  static List<String> expected(String ifMatch) {
    if (ifMatch == null || ifMatch.isBlank() || ifMatch.strip().equals("*")) {
      throw new Problem.PreconditionRequired(
          "if_match_required",
          "If-Match",
          "name the digest of the version that you change: the ETag of GET /policy");
    }
    List<String> digests = new ArrayList<>();
    for (String part : ifMatch.split(",")) {
      Matcher tag = TAG.matcher(part);
      if (!tag.matches()) {
        throw Problem.BadRequest.field(
            "invalid_value", "If-Match", "must be a digest of 64 hex digits in quotes");
      }
      digests.add(tag.group(1).toLowerCase(java.util.Locale.ROOT));
    }
    return digests;
  }

  /**
   * A reason that can be kept; null where none is given.
   *
   * @throws Problem.BadRequest where it is too long or no text
   */
  static String reason(String reason) {
    if (reason == null || reason.isBlank()) {
      return null;
    }
    if (reason.length() > LONGEST_REASON || !OneLine.is(reason)) {
      throw Problem.BadRequest.field(
          "invalid_value",
          "reason",
          "must be text in one line of at most " + LONGEST_REASON + " characters");
    }
    return reason.strip();
  }
}
