package soopt.optimizer;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import soopt.curvature.CubicStep;
import soopt.curvature.Grouping;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Role;
import soopt.curvature.Partitioning;
import soopt.optimizer.direction.Direction;
import soopt.optimizer.schedule.Plateau;
import soopt.optimizer.schedule.Rise;
import soopt.optimizer.schedule.Schedule;
import soopt.optimizer.schedule.Span;
import soopt.optimizer.schedule.Way;
import soopt.optimizer.system.CubicSolver;
import soopt.optimizer.system.LinearSolver;
import soopt.spec.Choices;
import soopt.spec.RandomRecords;
import soopt.spec.Range;
import soopt.spec.yaml.SpecException;

/** What the records of hyper-parameters say of themselves: their ranges, what they can hold, what to try. */
final class HyperParametersTest {
    private static final RandomRecords RANDOM =
            new RandomRecords(new Random(3), Map.of(Span.class, random -> new Span(2, Span.Unit.EPOCH)));

    private static Stream<Class<?>> records() {
        return Stream.of(
                        Optimizer.class,
                        Direction.class,
                        Schedule.class,
                        LinearSolver.class,
                        CubicSolver.class,
                        Average.class,
                        NaturalGradient.Length.class,
                        NewtonSummary.Cubic.class,
                        LearningRateMomentum.class,
                        GroupStepSizes.class,
                        Plateau.class,
                        Rise.class,
                        Way.class)
                .flatMap(HyperParametersTest::permitted)
                .filter(type -> type.getRecordComponents().length > 0);
    }

    private static Stream<Class<?>> permitted(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(HyperParametersTest::permitted)
                : Stream.of(type);
    }

    /** So that no program makes what no file can name. */
    @ParameterizedTest
    @MethodSource("records")
    void componentOutOfItsRange_orNull_isRefusedByTheRecord(Class<? extends Record> type)
            throws ReflectiveOperationException {
        RecordComponent[] components = type.getRecordComponents();
        Object[] valid = new Object[components.length];
        Record record = RANDOM.of(type);
        for (int i = 0; i < valid.length; i++) {
            components[i].getAccessor().setAccessible(true);
            valid[i] = components[i].getAccessor().invoke(record);
        }
        for (int i = 0; i < valid.length; i++) {
            for (Object wrong : wrong(components[i])) {
                Object[] values = valid.clone();
                values[i] = wrong;
                String message = refusal(type, components, values);
                assertTrue(message.startsWith(components[i].getName() + " must "), message);
            }
        }
    }

    /** Null, which no number can be, and numbers just outside. */
    private static List<Object> wrong(RecordComponent component) {
        Class<?> type = component.getType();
        List<Object> wrong = new ArrayList<>();
        if (!type.isPrimitive()) {
            wrong.add(null);
        }
        Range range = component.getAnnotation(Range.class);
        if (type == double.class) {
            wrong.add(Double.NaN);
            if (range != null) {
                wrong.add(Math.max(Math.nextDown(range.min()), range.above()));
                wrong.add(Math.min(Math.nextUp(range.max()), range.below()));
            }
        } else if (type == int.class && range != null) {
            wrong.add((int) range.min() - 1);
            if (range.max() < Integer.MAX_VALUE) {
                wrong.add((int) range.max() + 1);
            }
        }
        return wrong;
    }

    private static String refusal(Class<?> type, RecordComponent[] components, Object[] values)
            throws ReflectiveOperationException {
        Constructor<?> constructor = type.getDeclaredConstructor(
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
        constructor.setAccessible(true);
        InvocationTargetException thrown = assertThrows(
                InvocationTargetException.class, () -> constructor.newInstance(values), Arrays.toString(values));
        return assertThrows(IllegalArgumentException.class, () -> {
                    throw thrown.getCause();
                })
                .getMessage();
    }

    // ---- what fits ----

    private static ParameterLayout vector(int parameters) {
        return new ParameterLayout.Builder()
                .add("w", Role.WEIGHT, 0, 1, parameters)
                .build();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "newton",
                "damped-newton",
                "{type: gauss-newton, solver: dense}",
                "levenberg-marquardt",
                "{type: natural-gradient, fisher: exact, solver: dense}",
                "cubic-newton",
                "bfgs"
            })
    void matrixOfAllParameters_isRefusedBeyondItsLimit(String yaml) {
        Optimizer method = Methods.optimizer(yaml);
        assertDoesNotThrow(() -> method.requireFit(vector(20_000)));
        String message = assertThrows(SpecException.class, () -> method.requireFit(vector(20_001)))
                .getMessage();
        assertTrue(message.contains("20,001 parameters, whose matrix takes 3.0 GiB"), message);
        assertTrue(message.contains("at most 20,000"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gauss-newton", "hessian-free", "l-bfgs", "{type: cubic-newton, solver: lanczos}"})
    void methodsByProducts_holdAnyNumberOfParameters(String yaml) {
        assertDoesNotThrow(() -> Methods.optimizer(yaml).requireFit(vector(1 << 30)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "k-fac",
                "ekfac",
                "{type: newton-summary, direction: k-fac}",
                "{type: newton-summary, direction: ekfac}"
            })
    void layerWhoseFactorsAreTooLarge_isRefused(String yaml) {
        ParameterLayout layout = new ParameterLayout.Builder()
                .add("layers.0.weight", Role.WEIGHT, 0, 20_000, 3, 20_000)
                .add("layers.0.bias", Role.BIAS, 0, 20_000, 3)
                .build();
        String message = assertThrows(
                        SpecException.class, () -> Methods.optimizer(yaml).requireFit(layout))
                .getMessage();
        assertTrue(message.startsWith("layers.0.weight has a factor of 20,001 rows"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{type: sgd, step-size: 1, ", "{type: adam, "})
    void groupStepSizes_areReadBeforeTheFirstStep(String yaml) {
        Optimizer method = Methods.optimizer(yaml + "group-step-sizes: {from: no/such/file.csv}}");
        String message = assertThrows(SpecException.class, () -> method.requireFit(vector(2)))
                .getMessage();
        assertTrue(message.startsWith("optimizer.group-step-sizes.from: "), message);
    }

    // ---- what to try ----

    private static List<String> each() {
        return Choices.of(Optimizer.class).stream()
                .map(choice -> "{type: " + choice.name()
                        + switch (choice.name()) {
                            case "sgd" -> ", step-size: 0.1}";
                            case "natural-gradient" -> ", fisher: exact}";
                            default -> "}";
                        })
                .toList();
    }

    @ParameterizedTest
    @MethodSource("each")
    void remedies_nameKeysThatTheMethodHas(String yaml) {
        Optimizer method = Methods.optimizer(yaml);
        List<String> keys = Choices.of(Optimizer.class).stream()
                .filter(choice -> choice.type() == method.getClass())
                .flatMap(choice -> choice.keys().stream())
                .map(Choices.Key::name)
                .toList();
        List<String> remedies = new ArrayList<>(method.remedies());
        assertFalse(remedies.isEmpty());
        for (CubicStep.Status status : CubicStep.Status.values()) {
            remedies.addAll(method.remedies(status));
        }
        for (String remedy : remedies) {
            String path = remedy.replaceFirst("a (smaller|larger|coarser) ", "").replaceFirst("(:| above) .*", "");
            String[] parts = path.split("\\.");
            assertTrue(parts.length > 1, remedy);
            assertTrue(
                    parts[0].equals("training")
                            || parts[0].equals("optimizer") && (parts[1].equals("type") || keys.contains(parts[1])),
                    remedy);
        }
    }

    @Test
    void remediesOfTheSummary_doNotSayWhatTheFileSays() {
        Optimizer method = Methods.optimizer("newton-summary");
        Optimizer bare = Methods.optimizer("{type: newton-summary, clip-negative: false, cubic: {damping: 0}}");
        assertEquals(List.of("a smaller optimizer.step-size", "a larger optimizer.cubic.damping"), method.remedies());
        assertEquals("optimizer.clip-negative: true", bare.remedies().get(2));
        CubicStep.Status indefinite = CubicStep.Status.NOT_POSITIVE_DEFINITE;
        assertEquals(List.of("a larger optimizer.ridge"), method.remedies(indefinite));
        assertEquals(List.of("optimizer.cubic.damping above 0"), bare.remedies(indefinite));
        assertEquals(List.of(), method.remedies(CubicStep.Status.CONVERGED));
        assertTrue(method.remedies(CubicStep.Status.UNBOUNDED).contains("a coarser optimizer.partition"));
    }

    @Test
    void remediesOfTheNaturalGradient_nameTheLengthItHas() {
        assertEquals(
                "a smaller optimizer.length.step-size",
                Methods.optimizer("{type: natural-gradient, fisher: exact}")
                        .remedies()
                        .get(0));
        assertEquals(
                "a smaller optimizer.length.radius",
                Methods.optimizer("{type: natural-gradient, fisher: exact, length: trust-region}")
                        .remedies()
                        .get(0));
    }

    @Test
    void summary_saysItsGroupsAndHowLongItStands() {
        Optimizer method =
                Methods.optimizer("{type: newton-summary, partition: trivial, period: 7, cubic: {damping: 3},"
                        + " average: {type: uniform, warm-up: 4}}");
        assertEquals(
                new Grouping(new Partitioning.Trivial(), 3), method.grouping().orElseThrow());
        assertEquals(28, method.warmUpSteps());
        assertEquals(
                0,
                Methods.optimizer("{type: newton-summary, average: {type: moving, factor: 0.5}}")
                        .warmUpSteps());
        assertEquals(0, Methods.optimizer("adam").warmUpSteps());
        assertTrue(Methods.optimizer("adam").grouping().isEmpty());
    }
}
