package io.floorkeeper.audit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.stream.Collectors;

/** A proof as a page that an auditor can file, in Markdown that reads as plain text. */
final class ProofPage {
  private static final int MOST_FINDINGS = 50;
  private static final int MOST_CHAINS = 50;

  private ProofPage() {}

  static String of(ProofReport proof) {
    StringBuilder page = new StringBuilder();
    line(page, "# Proof of routing: data class " + code(proof.dataClass()));
    line(page, "");
    line(page, "> " + proof.statement());
    line(page, "");
    line(
        page,
        switch (proof.verdict()) {
              case PROVEN -> "**Proven**, as far as said below.";
              case NOT_PROVEN ->
                  "**Not proven: " + number(proof.findings().total(), "finding") + ".**";
              case NOTHING_TO_PROVE ->
                  "**Nothing to prove**: no decision of the period was bound by a pin for the data"
                      + " class. That is no proof of anything.";
            }
            + (proof.settled() ? "" : " Not settled: records of the period may still arrive."));
    line(page, "");
    line(page, "| | |");
    line(page, "|---|---|");
    row(
        page,
        "installation (hash of its first operator event)",
        proof.installation() == null ? "none yet" : code(proof.installation()));
    row(page, "software", cell(proof.software()));
    row(page, "period", moment(proof.from(), "the beginning") + " to " + moment(proof.to(), "now"));
    row(page, "tenant", proof.tenant() == null ? "all" : code(proof.tenant()));
    row(page, "checked at", proof.checkedAt() + ", in " + proof.tookMillis() + " ms");
    ProofReport.Counts counts = proof.counts();
    row(page, "decisions of the class, or counted as of it", counts.decisions());
    row(page, "- bound by at least one pin", counts.bound());
    row(
        page,
        "- bound by no pin, since the pins name other roles, tenants or tags",
        counts.unpinned());
    row(page, "- whose policy is not kept", counts.ofUnknownPolicy());
    row(page, "among all of them: without a class, or of an unknown one", counts.ofUnknownClass());
    row(page, "among all of them: without any call seen", counts.withoutCall());
    row(page, "calls seen under their ids", counts.calls());
    row(page, "calls whose decision may still arrive", counts.callsPending());
    row(page, "calls that nobody routed", counts.callsUnrouted());
    VerifyReport trail = proof.trail();
    row(page, "decisions recomputed from their rows", trail.decisions());
    row(page, "anchors compared", trail.anchors());
    row(page, "operator events recomputed", trail.events());
    row(page, "policy versions compared with their events", trail.policyVersions());
    row(page, "kill switch rows compared with their events", trail.switches());
    line(page, "");
    line(page, "## Policies that decided");
    line(page, "");
    if (proof.policies().isEmpty()) {
      line(page, "None.");
    }
    proof.policies().forEach(policy -> policy(page, policy));
    findings(page, proof.findings());
    chains(page, trail);
    line(page, "");
    line(page, "## What this does not cover");
    line(page, "");
    proof.doesNotCover().forEach(words -> line(page, "- " + words));
    // Whoever has the page can check it: the last line is about all the others.
    page.append('\n');
    return page
        + "SHA-256 of all lines above this one (`head -n -1 FILE | sha256sum`): "
        + code(sha256(page.toString()))
        + '\n';
  }

  private static void policy(StringBuilder page, ProofReport.PolicyUsed policy) {
    line(page, "### Version " + policy.version());
    line(page, "");
    line(
        page,
        "Digest "
            + code(policy.digest())
            + ", "
            + number(policy.decisions(), "decision")
            + ", "
            + policy.bound()
            + " of them bound by a pin.");
    line(page, "");
    line(page, "Allowed (what several pins bound is counted at each):");
    line(page, "");
    line(page, "| pin | matches | models allowed | decisions bound | calls seen |");
    line(page, "|---|---|---|---|---|");
    for (ProofReport.PinAllowed pin : policy.allowed()) {
      line(
          page,
          "| %s | %s | %s | %d | %d |"
              .formatted(
                  code(pin.pin()),
                  cell(pin.matches()),
                  pin.models().stream().map(ProofPage::code).collect(Collectors.joining(", ")),
                  pin.decisions(),
                  pin.calls()));
    }
    line(page, "");
    line(page, "Used:");
    line(page, "");
    line(
        page,
        "| model | decisions bound by a pin | calls under them | decisions bound by no pin | calls"
            + " under them |");
    line(page, "|---|---|---|---|---|");
    for (ProofReport.ModelUsed model : policy.used()) {
      line(
          page,
          "| %s | %d | %d | %d | %d |"
              .formatted(
                  code(model.model()),
                  model.decisions(),
                  model.calls(),
                  model.unboundDecisions(),
                  model.unboundCalls()));
    }
    line(page, "");
  }

  private static String number(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }

  private static void findings(StringBuilder page, Findings findings) {
    if (findings.total() == 0) {
      return;
    }
    line(page, "");
    line(page, "## Findings");
    line(page, "");
    findings.byKind().forEach((kind, n) -> line(page, "- " + code(kind.word()) + ": " + n));
    line(page, "");
    line(page, "| kind | where | how many | what | expected | found |");
    line(page, "|---|---|---|---|---|---|");
    findings.shown().stream()
        .limit(MOST_FINDINGS)
        .forEach(
            f ->
                line(
                    page,
                    String.join(
                        " | ",
                        "| " + f.kind().word(),
                        f.decisionId() != null
                            ? code(f.decisionId())
                            : f.chain() == null ? "" : code(f.chain() + ":" + f.position()),
                        Long.toString(f.count()),
                        cell(f.what()),
                        cell(f.expected()),
                        cell(f.found()) + " |")));
  }

  private static void chains(StringBuilder page, VerifyReport trail) {
    line(page, "");
    line(page, "## Heads that it rests on");
    line(page, "");
    line(page, "| chain | from | to | hash of the last record | anchored up to | state |");
    line(page, "|---|---|---|---|---|---|");
    trail.chains().stream()
        .limit(MOST_CHAINS)
        .forEach(
            c ->
                line(
                    page,
                    "| %s | %d | %d | `%s` | %d | %s |"
                        .formatted(
                            c.chain(),
                            c.fromPosition(),
                            c.toPosition(),
                            c.headHash(),
                            c.anchoredPosition(),
                            c.state())));
    line(page, "");
    line(
        page,
        "Operator events: "
            + (trail.eventsHead() == null
                ? "none."
                : trail.events() + ", hash of the last one " + code(trail.eventsHead()) + "."));
    if (trail.chainCount() > MOST_CHAINS) {
      line(page, "");
      line(page, trail.chainCount() + " chains in all; the JSON of this page holds up to 1000.");
    }
  }

  private static String moment(Instant instant, String none) {
    return instant == null ? none : instant.toString();
  }

  private static void row(StringBuilder page, String name, Object value) {
    line(page, "| " + name + " | " + value + " |");
  }

  private static String code(String text) {
    return "`" + cell(text).replace('`', '\'') + "`";
  }

  /** Texts of requests must not break out of their cell. */
  private static String cell(String text) {
    return text == null
        ? ""
        : text.replace("|", "\\|").replace("<", "&lt;").replaceAll("\\s+", " ");
  }

  private static void line(StringBuilder page, String text) {
    page.append(text).append('\n');
  }
}
