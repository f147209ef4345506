package soopt.solver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.solver.ConjugateGradient.Stop;
import soopt.spec.Binder;
import soopt.spec.Default;
import soopt.spec.SpecSource;
import soopt.spec.yaml.SpecException;

/** The blocks that methods share, as the experiment file says them. */
final class BlocksTest {
    private record Method(
            @Default("none") LineSearch lineSearch,
            @Default("fixed") Damping damping,
            @Default("{}") ConjugateGradient cg) {}

    private static Method bind(String yaml) {
        return Binder.bind(SpecSource.parse("f.yaml", yaml), Method.class);
    }

    @Test
    void names_giveTheDefaultsOfTheSources() {
        assertEquals(
                new Method(
                        new LineSearch.None(),
                        new Damping.Fixed(1e-3),
                        new ConjugateGradient(new Stop.Progress(5e-4), 250)),
                bind("{}"));
        assertEquals(
                new Method(
                        new LineSearch.StrongWolfe(1e-4, 0.9, 26, 1e-9),
                        new Damping.LmRatio(1, Damping.Rule.MARQUARDT, 2.0 / 3, 1, 1e-12, 1e12),
                        new ConjugateGradient(new Stop.Residual(1e-4), 250)),
                bind("{line-search: strong-wolfe, damping: lm-ratio, cg: {stop: residual}}"));
    }

    @Test
    void everyKey_isRead() {
        assertEquals(
                new Method(
                        new LineSearch.Armijo(0.1, 0.3, 7, LineSearch.Interpolation.CUBIC),
                        new Damping.LmRatio(2, Damping.Rule.NIELSEN, 0.5, 5, 1e-3, 1e3),
                        new ConjugateGradient(new Stop.Progress(1e-3), 40)),
                bind("line-search: {type: armijo, decrease: 0.1, factor: 0.3, tries: 7, interpolation: cubic}\n"
                        + "damping: {type: lm-ratio, lambda: 2, rule: nielsen, factor: 0.5, period: 5, least: 1.0e-3,"
                        + " most: 1.0e+3}\n"
                        + "cg: {stop: {type: progress, tolerance: 1.0e-3}, iterations: 40}"));
        assertEquals(
                new Damping.Schedule(4, 0.9, 10, 0.1),
                bind("damping: {type: schedule, lambda: 4, factor: 0.9, period: 10, least: 0.1}").damping);
        assertEquals(
                new Damping.Plateau(4, 3, 10, 1, 0.1, 0.5, 50),
                bind("damping: {type: plateau, lambda: 4, factor: 3, period: 10, patience: 1, threshold: 0.1, "
                                + "least: 0.5, most: 50}")
                        .damping);
        assertEquals(
                new LineSearch.StrongWolfe(0.2, 0.3, 5, 0),
                bind("line-search: {type: strong-wolfe, decrease: 0.2, curvature: 0.3, evaluations: 5, smallest: 0}")
                        .lineSearch);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "line-search: {type: armijo, factor: 1}|f.yaml:1:37: line-search.factor must be in (0, 1), but is 1.0",
                "damping: {type: fixed, lambda: -1}|f.yaml:1:32: damping.lambda must be ≥ 0, but is -1.0",
                "damping: {type: lm-ratio, lambda: 5, most: 2}|f.yaml:1:35: damping.lambda must be in [least, most] = "
                        + "[1.0E-12, 2.0], but is 5.0",
                "line-search: {type: strong-wolfe, curvature: 1.0e-5}|f.yaml:1:46: line-search.curvature must be "
                        + "above decrease, or there may be no such point, but they are 1.0E-5 and 1.0E-4",
                "cg: {stop: {type: residual, tolerance: 1}}|f.yaml:1:40: cg.stop.tolerance must be in (0, 1), but is 1.0"
            })
    void mistakes_areSaidAtTheirPlace(String yaml, String message) {
        assertEquals(
                message,
                assertThrows(SpecException.class, () -> bind(yaml)).getMessage().strip());
    }
}
