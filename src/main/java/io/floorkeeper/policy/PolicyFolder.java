package io.floorkeeper.policy;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Several documents that are one policy: the members of {@code roles} and the items of {@code pins}
 * and {@code rules} are joined, any other key stands in one of them only.
 */
final class PolicyFolder {
  private static final Set<String> LISTS = Set.of("pins", "rules");
  private static final String ROLES = "roles";
  private static final Pattern ITEM = Pattern.compile("(\\w+)\\[(\\d+)](.*)");

  private final String path;
  private final List<String> files;
  private final Map<String, Node> members = new LinkedHashMap<>();

  /** The file that a top-level key, or a role (by its path), stands in. */
  private final Map<String, String> homes = new LinkedHashMap<>();

  /** Of a list's items, in their order: the file and the place there. */
  private final Map<String, List<Item>> items = new LinkedHashMap<>();

  private record Item(String file, int index) {}

  private PolicyFolder(String path, List<String> files) {
    this.path = path;
    this.files = files;
  }

  /**
   * Joins.
   *
   * @param texts by name of the file
   * @throws InvalidPolicyException where one is no document, or two contradict one another
   */
  static PolicyFolder of(String path, SortedMap<String, String> texts) {
    PolicyFolder folder = new PolicyFolder(path, List.copyOf(texts.keySet()));
    if (texts.isEmpty()) {
      throw new InvalidPolicyException(
          List.of(new Finding(path, "the folder has no *.yaml, *.yml or *.json")));
    }
    List<Finding> findings = new ArrayList<>();
    texts.forEach((file, text) -> folder.add(file, text, findings));
    if (!findings.isEmpty()) {
      throw new InvalidPolicyException(findings);
    }
    return folder;
  }

  private void add(String file, String text, List<Finding> all) {
    Findings findings = new Findings();
    try {
      Node root = DocumentParser.parse(text, file, findings);
      if (root.members() == null) {
        findings.add(file, "an object with keys of a policy is expected");
      } else {
        root.members().forEach((key, value) -> add(file, key, value, findings));
      }
      findings.throwIfAny();
    } catch (InvalidPolicyException e) {
      e.findings().forEach(f -> all.add(f.path().equals(file) ? f : f.in(file)));
    }
  }

  private void add(String file, String key, Node value, Findings findings) {
    Node before = members.get(key);
    if (key.equals(ROLES) && value.members() != null) {
      Map<String, Node> roles = new LinkedHashMap<>(before == null ? Map.of() : before.members());
      value
          .members()
          .forEach(
              (role, node) -> {
                String home = homes.putIfAbsent(Names.path(ROLES, role), file);
                if (home != null) {
                  findings.add(Names.path(ROLES, role), "stands in " + home + " already");
                }
                roles.putIfAbsent(role, node);
              });
      members.put(key, new Node(roles));
    } else if (LISTS.contains(key) && value.items() != null) {
      List<Node> joined = new ArrayList<>(before == null ? List.of() : before.items());
      List<Item> places = items.computeIfAbsent(key, k -> new ArrayList<>());
      for (int i = 0; i < value.items().size(); i++) {
        joined.add(value.items().get(i));
        places.add(new Item(file, i));
      }
      members.put(key, new Node(joined));
    } else if (before != null) {
      findings.add(
          key,
          "stands in " + homes.getOrDefault(key, "another file") + " already, and is not joined");
    } else {
      members.put(key, value);
    }
    homes.putIfAbsent(key, file);
  }

  /** The policy; its findings name the file. */
  Policy policy() {
    try {
      return PolicyReader.read(document(), path);
    } catch (InvalidPolicyException e) {
      throw new InvalidPolicyException(e.findings().stream().map(this::placed).toList());
    }
  }

  private Finding placed(Finding finding) {
    Matcher item = ITEM.matcher(finding.path());
    if (item.matches() && items.containsKey(item.group(1))) {
      int index = Integer.parseInt(item.group(2));
      List<Item> places = items.get(item.group(1));
      if (index < places.size()) {
        Item place = places.get(index);
        return finding.at(Names.path(item.group(1), place.index) + item.group(3)).in(place.file);
      }
    }
    String home = null;
    int longest = -1;
    for (Map.Entry<String, String> entry : homes.entrySet()) {
      if (entry.getKey().length() > longest && isAtOrBelow(finding.path(), entry.getKey())) {
        home = entry.getValue();
        longest = entry.getKey().length();
      }
    }
    return home == null ? finding : finding.in(home);
  }

  private static boolean isAtOrBelow(String at, String above) {
    return at.startsWith(above)
        && (at.length() == above.length() || ".[".indexOf(at.charAt(above.length())) >= 0);
  }

  /** As one document in YAML: what is recorded as the version. */
  String document() {
    StringWriter text = new StringWriter();
    text.write("# One policy of " + String.join(", ", files) + "\n");
    YAMLFactory yaml =
        YAMLFactory.builder().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).build();
    try (JsonGenerator generator = yaml.createGenerator(text)) {
      write(new Node(members), generator);
    } catch (IOException impossible) {
      throw new UncheckedIOException("a text in memory could not be written", impossible);
    }
    return text.toString();
  }

  private static void write(Node node, JsonGenerator out) throws IOException {
    Object value = node.value();
    if (node.members() != null) {
      out.writeStartObject();
      for (Map.Entry<String, Node> member : node.members().entrySet()) {
        out.writeFieldName(member.getKey());
        write(member.getValue(), out);
      }
      out.writeEndObject();
    } else if (node.items() != null) {
      out.writeStartArray();
      for (Node item : node.items()) {
        write(item, out);
      }
      out.writeEndArray();
    } else if (value instanceof BigDecimal number) {
      out.writeNumber(number.toPlainString());
    } else if (value instanceof Boolean truth) {
      out.writeBoolean(truth);
    } else if (value instanceof String text) {
      out.writeString(text);
    } else {
      out.writeNull();
    }
  }
}
