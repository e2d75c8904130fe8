package io.floorkeeper.bandit;

/**
 * Beta(a, b) seen on the logit scale y = ln(x/(1-x)), where it has no singularity for any a, b > 0
 * and its density is log-concave: tails of a = .001 reach y = -40,000 without underflow, and
 * Newton's method cannot go astray.
 *
 * <pre>
 * x^a (1-x)^b / B(a,b) = exp(C + a*h - (a+b) * ln(1 + p0*(e^h - 1)))      density of y
 * p0 = a/(a+b),  y0 = ln(a/b) its mode,  h = y - y0
 * C  = ln(a*b/(2*pi*(a+b)))/2 + delta(a+b) - delta(a) - delta(b)
 * delta(z) = ln Gamma(z) - (z - 1/2)*ln z + z - ln(2*pi)/2                 Stirling's remainder
 * </pre>
 *
 * <p>Measuring from the mode removes the cancellation of a*ln x against ln B(a,b) (after Loader,
 * "Fast and accurate computation of binomial probabilities", 2000), which would cost six digits at
 * a = 1e6. The distribution function is the continued fraction DLMF 8.17.22, evaluated by Lentz's
 * method.
 */
final class LogitBeta {
  /** Mass that may be left outside of the cut-offs: far below the last digit of a sum to 1. */
  private static final double LOG_NEGLIGIBLE = Math.log(1e-19);

  private static final int MOST_TERMS = 200_000;

  final double a;
  final double b;
  final double mode;

  /** Standard deviation of the normal curve of equal curvature at the mode. */
  final double scale;

  private final double p0;
  private final double q0;
  private final double logPeak;

  LogitBeta(double a, double b) {
    this.a = a;
    this.b = b;
    this.mode = Math.log(a) - Math.log(b);
    this.scale = Math.sqrt(1 / a + 1 / b);
    this.p0 = a / (a + b);
    this.q0 = b / (a + b);
    this.logPeak =
        -Math.log(2 * Math.PI) / 2
            - Math.log(scale)
            + stirlingRemainder(a + b)
            - stirlingRemainder(a)
            - stirlingRemainder(b);
  }

  LogitBeta(BetaPosterior posterior) {
    this(posterior.a(), posterior.b());
  }

  static double logit(double x) {
    return Math.log(x) - Math.log1p(-x);
  }

  static double logistic(double y) {
    return y < 0 ? Math.exp(y) / (1 + Math.exp(y)) : 1 / (1 + Math.exp(-y));
  }

  /** Log of the density of y. */
  double logDensity(double y) {
    double h = y - mode;
    // Of the two mirrored forms the one whose terms are the smaller, so that little cancels.
    return logPeak + (a < b ? deviance(a, p0, q0, h) : deviance(b, q0, p0, -h));
  }

  private double deviance(double a, double p0, double q0, double h) {
    return h < 700
        ? a * h - (this.a + this.b) * Math.log1p(p0 * Math.expm1(h))
        : (a - this.a - this.b) * h - (this.a + this.b) * Math.log(p0 + q0 * Math.exp(-h));
  }

  double cdf(double y) {
    return cdf(y, Math.exp(logDensity(y)));
  }

  private double cdf(double y, double density) {
    double x = logistic(y);
    return x <= turn() ? lowerTail(density, x) : 1 - upperTail(density, logistic(-y));
  }

  double survival(double y) {
    return survival(y, Math.exp(logDensity(y)));
  }

  private double survival(double y, double density) {
    double x = logistic(y);
    return x <= turn() ? 1 - lowerTail(density, x) : upperTail(density, logistic(-y));
  }

  /** Left of it the lower tail's fraction converges fast, right of it the upper tail's. */
  private double turn() {
    return (a + 1) / (a + b + 2);
  }

  private double lowerTail(double density, double x) {
    return Math.min(1, density / a / fraction(a, b, x));
  }

  private double upperTail(double density, double complement) {
    return Math.min(1, density / b / fraction(b, a, complement));
  }

  /** 1 + d_1 x/(1 + d_2 x/(1 + ...)), by modified Lentz. */
  private static double fraction(double a, double b, double x) {
    double tiny = 1e-300;
    double f = 1;
    double c = 1;
    double d = 0;
    for (int i = 1; i < MOST_TERMS; i++) {
      double m = i >> 1;
      double coefficient =
          (i & 1) == 0
              ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
              : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
      d = 1 + coefficient * d;
      d = 1 / (Math.abs(d) < tiny ? tiny : d);
      c = 1 + coefficient / c;
      c = Math.abs(c) < tiny ? tiny : c;
      double step = c * d;
      f *= step;
      if (Math.abs(step - 1) <= 1e-15) {
        break;
      }
    }
    return f;
  }

  /**
   * The y below which a mass p lies, 0 &lt; p &lt; 1.
   *
   * <p>ln F is concave where the density is log-concave, so a Newton step on it never passes the
   * root from the left: from the second iterate on the steps climb to it. Above the median the same
   * is done from the other side. The first guess is that of the normal curve of equal curvature.
   */
  double quantile(double p) {
    boolean lower = p <= .5;
    double target = Math.log(lower ? p : 1 - p);
    double y = mode + scale * Normal.quantile(p);
    double previous = mode;
    for (int i = 0; i < 200; i++) {
      double density = Math.exp(logDensity(y));
      double tail = lower ? cdf(y, density) : survival(y, density);
      if (tail < Double.MIN_NORMAL) {
        // A guess or a step may leap to where the tail underflows: go half of the way back.
        y = (y + previous) / 2;
        continue;
      }
      double step = (Math.log(tail) - target) * tail / density;
      previous = y;
      y += lower ? -step : step;
      // A step of 1e-8 scales leaves its square behind.
      if (Math.abs(step) <= Math.max(1e-8 * scale, 1e-14 * Math.abs(y))) {
        break;
      }
    }
    return y;
  }

  /** A y below which the mass is negligible. */
  double lowerCutoff() {
    double h = 4 * scale;
    while (logTailBound(mode - h) > LOG_NEGLIGIBLE) {
      h *= 1.25;
    }
    return mode - h;
  }

  /** A y above which the mass is negligible. */
  double upperCutoff() {
    double h = 4 * scale;
    while (logTailBound(mode + h) > LOG_NEGLIGIBLE) {
      h *= 1.25;
    }
    return mode + h;
  }

  /** A log-concave density falls at least as fast as its slope: tail &lt;= density/|slope|. */
  private double logTailBound(double y) {
    return logDensity(y) - Math.log((a + b) * Math.abs(p0 - logistic(y)));
  }

  /** Stirling's remainder delta(z): its series from z = 16, below that by the recurrence. */
  static double stirlingRemainder(double z) {
    double sum = 0;
    while (z < 16) {
      sum += (z + .5) * Math.log1p(1 / z) - 1;
      z++;
    }
    double r = 1 / (z * z);
    double series = 1. / 12 - r * (1. / 360 - r * (1. / 1260 - r * (1. / 1680 - r / 1188)));
    return sum + series / z;
  }
}
