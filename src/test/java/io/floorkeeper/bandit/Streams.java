package io.floorkeeper.bandit;

import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;

/** Seeded streams of observations, for the tests of what is watched one by one. */
final class Streams {
  private final UniformRandomProvider random;
  private final ZigguratSampler.NormalizedGaussian normal;

  private Streams(long seed) {
    random = RandomSource.L64_X128_MIX.create(seed);
    normal = ZigguratSampler.NormalizedGaussian.of(random);
  }

  static Streams seeded(long seed) {
    return new Streams(seed);
  }

  /** 1 with probability q, else 0. */
  double label(double q) {
    return random.nextDouble() < q ? 1 : 0;
  }

  /** Lognormal with this mean and this standard deviation of its logarithm. */
  double cost(double mean, double sigma) {
    return mean * Math.exp(sigma * normal.sample() - sigma * sigma / 2);
  }

  double uniform() {
    return random.nextDouble();
  }

  /** The median over so many streams of what each gives. */
  static <T> double median(int streams, IntFunction<T> stream, ToIntFunction<T> count) {
    int[] counts = new int[streams];
    for (int i = 0; i < streams; i++) {
      counts[i] = count.applyAsInt(stream.apply(i));
    }
    Arrays.sort(counts);
    return counts[streams / 2];
  }
}
