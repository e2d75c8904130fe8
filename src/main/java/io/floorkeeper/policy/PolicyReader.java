package io.floorkeeper.policy;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a policy document, YAML or JSON, and tells all that is wrong in it at once.
 *
 * <pre>
 * tiers:                       # cheapest first; a list, because JSON objects have no order
 *   - name: small
 *     models: [{name: ..., provider: ..., price: {input_usd_per_million: 1, ...}}]
 * defaults: {...}              # any setting of a role, for all roles
 * roles:
 *   worker: {floor: {relative_to_reference: 0.95}, preset: small}
 * default_role: worker         # answers for roles that stand not here; without it those are a 404
 * pins: [{name: phi, match: {data_class: phi}, models: [...]}]
 * </pre>
 *
 * <p>A role's setting replaces the default of the same key as a whole: a role that writes {@code
 * floor} takes nothing of {@code defaults.floor}. The digest is that of {@link CanonicalForm}. All
 * keys with their defaults: {@code schema/policy.schema.json}.
 */
public final class PolicyReader {
  /** Every role may use every model: their product is what a policy costs in memory. */
  private static final int MOST_MODELS = 256;

  private static final int MOST_ROLES = 2_000;

  private PolicyReader() {}

  /**
   * The policy that {@code document} describes.
   *
   * @param sourceName what findings of the text as a whole call it, as in "policy.yaml"
   * @throws InvalidPolicyException with every finding; nothing else is thrown, whatever the text
   */
  public static Policy read(String document, String sourceName) {
    Objects.requireNonNull(document, "document");
    Findings findings = new Findings();
    Node root = DocumentParser.parse(document, sourceName, findings);
    if (root.members() == null) {
      findings.add(sourceName, "a policy is an object with at least tiers and roles");
      findings.throwIfAny();
    }
    Section section = Section.of("", Shape.POLICY, root, null, findings);
    Policy policy = policy(section, root, findings);
    PolicyPaths paths = (role, key) -> pathOfSetting(section, role, key);
    findings.addAllNew(PolicyValidator.validate(policy, paths));
    findings.throwIfAny();
    return policy;
  }

  /**
   * The digest of what {@code document} says, whether or not it is a policy that this service still
   * understands; empty where it is not even legible.
   */
  public static Optional<String> digest(String document, String sourceName) {
    Findings findings = new Findings();
    try {
      Node root = DocumentParser.parse(document, sourceName, findings);
      return findings.all().isEmpty() ? Optional.of(CanonicalForm.digest(root)) : Optional.empty();
    } catch (InvalidPolicyException e) {
      return Optional.empty();
    }
  }

  private static Policy policy(Section document, Node root, Findings findings) {
    document.required("tiers", "roles");
    List<Tier> tiers = TierReader.read(document);
    Arms arms = new Arms(tiers);
    if (arms.all().size() > MOST_MODELS) {
      document.refuse("tiers", "a policy has at most " + MOST_MODELS + " models");
      findings.throwIfAny();
    }
    if (document.members("roles").size() > MOST_ROLES) {
      document.refuse("roles", "a policy has at most " + MOST_ROLES + " roles");
      findings.throwIfAny();
    }
    Optional<Section> defaults = document.section("defaults", Shape.ROLE);
    defaults.ifPresent(section -> RoleReader.read("", section, arms, findings));
    Map<String, RolePolicy> roles = new LinkedHashMap<>();
    document
        .members("roles")
        .forEach(
            (name, node) -> {
              String path = Names.path("roles", name);
              if (Section.text(path, new Node(name), findings).isPresent()) {
                Section section =
                    Section.of(path, Shape.ROLE, node, defaults.orElse(null), findings);
                roles.put(name, RoleReader.read(name, section, arms, findings));
              }
            });
    List<Pin> pins = document.sections("pins", Shape.PIN).stream().map(PolicyReader::pin).toList();
    alerts(document);
    Policy policy =
        new Policy(
            CanonicalForm.digest(root),
            tiers,
            roles,
            document.text("default_role"),
            pins,
            Set.copyOf(document.texts("data_classes").orElse(List.of())),
            document.sections("rules", Shape.RULE).stream().map(RouteRuleReader::rule).toList(),
            document
                .section("health", Shape.HEALTH)
                .map(RouteRuleReader::health)
                .orElse(HealthRule.DEFAULT),
            document.choice(
                "precedence",
                Policy.Precedence.QUALITY_FIRST,
                EnumSet.allOf(Policy.Precedence.class)));
    document.allRead();
    return policy;
  }

  private static Pin pin(Section pin) {
    pin.required("match", "models");
    Optional<Section> match = pin.section("match", Shape.MATCH);
    Map<String, String> tags = match.map(section -> section.textsByName("tags")).orElse(Map.of());
    Optional<String> role = match.flatMap(section -> section.text("role"));
    Optional<String> dataClass = match.flatMap(section -> section.text("data_class"));
    Optional<String> tenant = match.flatMap(section -> section.text("tenant"));
    match.ifPresent(Section::allRead);
    Set<String> models = new LinkedHashSet<>();
    for (String model : pin.texts("models").orElse(List.of())) {
      if (!models.add(model)) {
        pin.refuse("models", "names '" + Names.shortened(model) + "' twice");
      }
    }
    String name = pin.requiredText("name");
    boolean audit = pin.choice("audit", Audit.LOGGED, EnumSet.allOf(Audit.class)) == Audit.REQUIRED;
    pin.allRead();
    return new Pin(name, role, dataClass, tenant, tags, models, audit);
  }

  /**
   * LOGGED: behind the answer, as every decision; REQUIRED: no answer before the record is safe.
   */
  private enum Audit {
    LOGGED,
    REQUIRED
  }

  /** Both axes are armed, always: this version lets nobody say otherwise. */
  private static void alerts(Section document) {
    Optional<Section> alerts = document.section("alerts", Shape.ALERTS);
    if (alerts.isEmpty()) {
      return;
    }
    boolean quality = alerts.get().truth("quality", false);
    boolean cost = alerts.get().truth("cost", false);
    alerts.get().allRead();
    if (quality != cost) {
      document.refuse(
          "alerts",
          "arms "
              + (quality ? "quality without cost" : "cost without quality")
              + ": a saving that nobody watches for quality, or the reverse, is no result; arm both");
    } else if (!quality) {
      document.refuse("alerts", "this version watches quality and cost always; leave alerts out");
    }
  }

  /** Where a role's setting stands: with the role, or under defaults. */
  private static String pathOfSetting(Section document, String role, String key) {
    String path = Names.path("roles", role);
    Node own = document.members("roles").get(role);
    boolean inRole = own != null && own.members() != null && own.members().containsKey(key);
    boolean inDefaults = !inRole && document.members("defaults").containsKey(key);
    return Names.path(inDefaults ? "defaults" : path, key);
  }
}
