package io.floorkeeper.truth;

/**
 * Tokens as a span reports them: input with the cache in it, unless the cache is larger than the
 * input, which shows that it stood beside it; reasoning likewise within the output.
 */
record Usage(long input, long read, long write, long output, long reasoning) {
  long uncached() {
    return read + write <= input ? input - read - write : input;
  }

  long out() {
    return reasoning <= output ? output : output + reasoning;
  }
}
