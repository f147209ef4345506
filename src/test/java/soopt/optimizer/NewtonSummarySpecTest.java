package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import soopt.curvature.GroupPattern;
import soopt.curvature.Partitioning;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.schedule.Plateau;
import soopt.spec.Binder;
import soopt.spec.Default;
import soopt.spec.SpecSource;
import soopt.spec.yaml.SpecException;

/** The YAML of optimizers. */
final class NewtonSummarySpecTest {
    private record Fixture(
            Optimizer optimizer, @Default("{}") Plateau plateau) {}

    private static Fixture bind(String optimizer) {
        return Binder.bind(SpecSource.parse("f.yaml", "optimizer: " + optimizer), Fixture.class);
    }

    @Test
    void everyOption_isRead() {
        Fixture fixture = bind("{type: newton-summary, direction: {type: sgd, momentum: 0.8}, partition: blocks-4, "
                + "step-size: 0.3, cubic: {damping: 3}, period: 5, average: {type: uniform, window: 2, warm-up: 1}, "
                + "learning-rate-momentum: {weight: 0.5, order: average-then-clip}, clip-negative: false, ridge: 0.1, "
                + "diagonal-only: true}");
        NewtonSummary expected = new NewtonSummary(
                new Direction.Sgd(0.8, 0, false, 0),
                new Partitioning.Blocks(4, false),
                0.3,
                new NewtonSummary.Cubic(3),
                5,
                new Average.Uniform(2, 1),
                new LearningRateMomentum(0.5, LearningRateMomentum.Order.AVERAGE_THEN_CLIP),
                false,
                0.1,
                true);
        assertEquals(new Fixture(expected, new Plateau(2, 0.5, 1e-4, 0, Plateau.Best.KEEP)), fixture);
    }

    @Test
    void defaults_areThePapers() {
        NewtonSummary method = (NewtonSummary) bind("newton-summary").optimizer();
        assertEquals(new Direction.Sgd(0.9, 0, false, 0), method.direction());
        assertEquals(new Partitioning.Canonical(), method.partition());
        assertEquals(10, method.period());
        assertEquals(0, method.learningRateMomentum().weight());
        assertTrue(method.clipNegative());
    }

    @Test
    void namedGroups_andMovingAverage_areRead() {
        NewtonSummary method = (NewtonSummary) bind("{type: newton-summary, average: {type: moving, factor: 0.7}, "
                        + "partition: {groups: [{name: first, match: [fc0.*]}, {name: rest, match: ['fc1.*', 'fc2.*']}]}}")
                .optimizer();
        assertEquals(new Average.Moving(0.7), method.average());
        assertEquals(
                new Partitioning.Groups(List.of(
                        new GroupPattern("first", List.of("fc0.*")),
                        new GroupPattern("rest", List.of("fc1.*", "fc2.*")))),
                method.partition());
    }

    @Test
    void mistakes_areReportedWhereTheyAre() {
        SpecException wrong = assertThrows(
                SpecException.class, () -> bind("{type: newton-summary, partition: block-4, cubic: {damping: -1}}"));
        assertEquals(2, wrong.problems().size(), wrong.getMessage());
        assertTrue(wrong.problems().get(0).contains("did you mean 'blocks-4'"), wrong.getMessage());
        assertTrue(wrong.problems().get(1).contains("optimizer.cubic.damping must be ≥ 0"), wrong.getMessage());
    }
}
