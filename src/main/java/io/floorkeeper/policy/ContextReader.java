package io.floorkeeper.policy;

import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** Reads {@code context}. */
final class ContextReader {
  private ContextReader() {}

  static ContextPolicy read(Section context) {
    ContextPolicy read =
        new ContextPolicy(
            context.choice("use", ContextPolicy.Use.AUTO, EnumSet.allOf(ContextPolicy.Use.class)),
            context.texts("collaborations").orElse(List.of()),
            edges(context),
            context.texts("complexities").orElse(List.of()));
    context.allRead();
    return read;
  }

  private static List<Long> edges(Section context) {
    Optional<List<BigDecimal>> edges = context.decimals("input_tokens");
    if (edges.isEmpty()) {
      return List.of();
    }
    try {
      return edges.get().stream().map(BigDecimal::longValueExact).toList();
    } catch (ArithmeticException notWhole) {
      context.refuse("input_tokens", "whole numbers of tokens are expected, as in [2000, 16000]");
      return List.of();
    }
  }
}
