package io.floorkeeper.audit;

import java.time.Instant;

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
        proof.proven()
            ? "**Proven**, as far as said below"
                + (proof.settled() ? "." : ", until now: not settled yet.")
            : "**Not proven: " + proof.findings().total() + " findings.**");
    line(page, "");
    line(page, "| | |");
    line(page, "|---|---|");
    row(page, "period", moment(proof.from(), "the beginning") + " to " + moment(proof.to(), "now"));
    row(page, "tenant", proof.tenant() == null ? "all" : code(proof.tenant()));
    row(page, "checked at", proof.checkedAt() + ", in " + proof.tookMillis() + " ms");
    ProofReport.Counts counts = proof.counts();
    row(page, "decisions that the class's pins bound", counts.decisions());
    row(page, "of them without a class, or of an unknown one", counts.ofUnknownClass());
    row(page, "of them bound by no pin (other roles or tenants)", counts.unpinned());
    row(page, "of them without any call seen", counts.withoutCall());
    row(page, "calls seen under their ids", counts.calls());
    row(page, "calls whose decision may still arrive", counts.callsPending());
    row(page, "calls that nobody routed", counts.callsUnrouted());
    VerifyReport trail = proof.trail();
    row(page, "decisions recomputed from their rows", trail.decisions());
    row(page, "anchors compared", trail.anchors());
    row(page, "operator events recomputed", trail.events());
    line(page, "");
    line(page, "## Policies that decided");
    line(page, "");
    for (ProofReport.PolicyUsed policy : proof.policies()) {
      line(
          page,
          "- version "
              + policy.version()
              + ", digest "
              + code(policy.digest())
              + ", pins on the class "
              + policy.pins()
              + ": "
              + policy.decisions()
              + " decisions");
    }
    findings(page, proof.findings());
    chains(page, trail);
    line(page, "");
    line(page, "## What this does not cover");
    line(page, "");
    proof.doesNotCover().forEach(words -> line(page, "- " + words));
    return page.toString();
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
    line(page, "| kind | where | what | expected | found |");
    line(page, "|---|---|---|---|---|");
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
