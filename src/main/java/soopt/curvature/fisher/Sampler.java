package soopt.curvature.fisher;

import java.util.random.RandomGenerator;
import org.hipparchus.special.Erf;

/** Draws targets from a model's own distribution. */
public interface Sampler {
    /** A class by its probability p_{from}, …, p_{from + classes − 1}, which add up to 1. */
    int label(double[] p, int from, int classes);

    /** A number of the standard normal distribution. */
    double normal();

    /** By the generator's nextLong alone, whose numbers do not depend on the version of Java. */
    record Random(RandomGenerator generator) implements Sampler {
        /** On (0, 1): the half is lost in the largest numbers, of which one would be 1. */
        private double uniform() {
            return Math.min(((generator.nextLong() >>> 11) + 0.5) * 0x1p-53, 1 - 0x1p-53);
        }

        @Override
        public int label(double[] p, int from, int classes) {
            double left = uniform();
            int last = 0;
            for (int c = 0; c < classes; c++) {
                if (p[from + c] > 0) {
                    last = c;
                    left -= p[from + c];
                    if (left < 0) {
                        return c;
                    }
                }
            }
            return last;
        }

        @Override
        public double normal() {
            return Math.sqrt(2) * Erf.erfInv(2 * uniform() - 1);
        }
    }
}
