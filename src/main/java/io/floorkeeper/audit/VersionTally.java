package io.floorkeeper.audit;

import io.floorkeeper.policy.Pin;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What one policy version allowed for a data class, and what was used under it. */
final class VersionTally {
  private final Map<String, PinTally> pins = new LinkedHashMap<>();
  private final Map<String, ModelTally> models = new TreeMap<>();
  private long decisions;
  private long bound;

  private static final class PinTally {
    private final Pin pin;
    private long decisions;
    private long calls;

    PinTally(Pin pin) {
      this.pin = pin;
    }
  }

  private static final class ModelTally {
    private long decisions;
    private long calls;
    private long unboundDecisions;
    private long unboundCalls;
  }

  /**
   * @param onClass pins that are shown even where they bound nothing
   */
  VersionTally(List<Pin> onClass) {
    onClass.forEach(this::pin);
  }

  /**
   * @param binding empty: no pin bound it
   */
  void decided(String model, List<Pin> binding) {
    decisions++;
    ModelTally used = model(model);
    if (binding.isEmpty()) {
      used.unboundDecisions++;
      return;
    }
    bound++;
    used.decisions++;
    binding.forEach(pin -> pin(pin).decisions++);
  }

  void ran(String model, List<Pin> binding, long calls) {
    ModelTally used = model(model);
    if (binding.isEmpty()) {
      used.unboundCalls += calls;
      return;
    }
    used.calls += calls;
    binding.forEach(pin -> pin(pin).calls += calls);
  }

  long decisions() {
    return decisions;
  }

  ProofReport.PolicyUsed report(int version, String digest, List<Pin> onClass) {
    Set<String> names = new TreeSet<>();
    onClass.forEach(pin -> names.add(pin.name()));
    List<ProofReport.PinAllowed> allowed = new ArrayList<>();
    pins.values()
        .forEach(
            t ->
                allowed.add(
                    new ProofReport.PinAllowed(
                        t.pin.name(),
                        matches(t.pin),
                        new TreeSet<>(t.pin.models()),
                        t.decisions,
                        t.calls)));
    List<ProofReport.ModelUsed> used = new ArrayList<>();
    models.forEach(
        (name, t) ->
            used.add(
                new ProofReport.ModelUsed(
                    name, t.decisions, t.calls, t.unboundDecisions, t.unboundCalls)));
    return new ProofReport.PolicyUsed(version, digest, names, decisions, bound, allowed, used);
  }

  private PinTally pin(Pin pin) {
    return pins.computeIfAbsent(pin.name(), name -> new PinTally(pin));
  }

  private ModelTally model(String name) {
    return models.computeIfAbsent(name, n -> new ModelTally());
  }

  private static String matches(Pin pin) {
    List<String> words = new ArrayList<>();
    pin.dataClass().ifPresent(v -> words.add("data class " + v));
    pin.role().ifPresent(v -> words.add("role " + v));
    pin.tenant().ifPresent(v -> words.add("tenant " + v));
    new TreeMap<>(pin.tags()).forEach((k, v) -> words.add("tag " + k + "=" + v));
    return String.join(", ", words);
  }
}
