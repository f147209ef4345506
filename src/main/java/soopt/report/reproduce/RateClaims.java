package soopt.report.reproduce;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import soopt.report.read.Group;
import soopt.report.read.Rates;

/** What the paper says of the learning rates by layers. */
final class RateClaims {
    private static final String BIAS = "bias";
    private static final String WEIGHT = "weight";

    private RateClaims() {}

    /** η of every group in the course of a run [n]; of curvature that was recorded, or of the optimizer's. */
    private record Course(Group group, double[] eta) {
        /** The median of the values that are not 0. */
        double typical() {
            double[] sorted = Arrays.stream(eta)
                    .filter(value -> Double.isFinite(value) && value != 0)
                    .map(Math::abs)
                    .sorted()
                    .toArray();
            return sorted.length == 0 ? Double.NaN : sorted[(sorted.length - 1) / 2];
        }
    }

    static Claim biasesExceedWeights() {
        return new Claim(
                "biases get larger learning rates than weights",
                "fig. 2b, 3b: the rates of biases lie above those of weights",
                Scale.SMOKE,
                evidence -> {
                    List<Course> courses = courses(evidence);
                    int all = 0;
                    int larger = 0;
                    for (Course bias : of(courses, BIAS)) {
                        for (Course weight : of(courses, WEIGHT)) {
                            if (weight.group.layer() == bias.group.layer()) {
                                all++;
                                larger += bias.typical() > weight.typical() ? 1 : 0;
                            }
                        }
                    }
                    if (all == 0) {
                        throw new NoSuchElementException("no layer has rates of weights and of biases");
                    }
                    return Verdict.between(
                            (double) larger / all,
                            0.5,
                            0.75,
                            String.format(Locale.ROOT, "in %d of %d layers by medians over time", larger, all));
                });
    }

    static Claim differByOrders() {
        return new Claim(
                "learning rates differ by orders of magnitude between layers",
                "fig. 2b: rates span orders of magnitude",
                Scale.SMOKE,
                evidence -> {
                    double[] weights = typical(of(courses(evidence), WEIGHT));
                    double ratio = Arrays.stream(weights).max().orElse(Double.NaN)
                            / Arrays.stream(weights).min().orElse(Double.NaN);
                    return Verdict.between(
                            ratio,
                            3,
                            10,
                            String.format(Locale.ROOT, "largest over smallest rate of weights %.3g", ratio));
                });
    }

    /** @param smaller which layers, by the name of a group, have the smaller rates */
    static Claim order(String name, String paper, Predicate<Group> smaller, Predicate<Group> larger) {
        return new Claim(name, paper, Scale.SMOKE, evidence -> {
            List<Course> weights = of(courses(evidence), WEIGHT);
            double small = geometricMean(weights, smaller);
            double large = geometricMean(weights, larger);
            return Verdict.of(
                    small < large, String.format(Locale.ROOT, "geometric means %.3g against %.3g", small, large));
        });
    }

    private static double geometricMean(List<Course> courses, Predicate<Group> which) {
        return Math.exp(courses.stream()
                .filter(course -> which.test(course.group))
                .mapToDouble(course -> Math.log(course.typical()))
                .filter(Double::isFinite)
                .average()
                .orElseThrow(() -> new NoSuchElementException("no such layer has rates")));
    }

    private static double[] typical(List<Course> courses) {
        return courses.stream()
                .mapToDouble(Course::typical)
                .filter(Double::isFinite)
                .toArray();
    }

    private static List<Course> of(List<Course> courses, String role) {
        return courses.stream()
                .filter(course -> course.group.role().equals(role))
                .toList();
    }

    private static List<Course> courses(Evidence evidence) {
        return evidence.runs().stream()
                .map(run -> Rates.usedOrRecorded(run.folder()))
                .filter(rates -> !rates.isEmpty())
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no run has learning rates by groups"))
                .courses()
                .stream()
                .map(course -> new Course(course.group(), course.rates().get(Rates.Kind.RAW)))
                .toList();
    }
}
