package soopt.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.spec.Choices.Key;

class ChoicesTest {
    private record Vgg11Prime() {}

    private record Cifar10() {}

    private record KFac() {}

    private sealed interface Confusing permits Typed {}

    private record Typed(String type) implements Confusing {}

    @ParameterizedTest
    @CsvSource({
        "stepSize, step-size",
        "sha256, sha256",
        "vgg11Prime, vgg11-prime",
        "beta1, beta1",
        "NewtonSummary, newton-summary",
        "clipNegative, clip-negative",
        "useLBFGSStep, use-lbfgs-step",
        "x, x"
    })
    void kebab_putsADashBeforeEachWord_andKeepsDigitsWithTheWordBefore(String java, String yaml) {
        assertEquals(yaml, Choices.kebab(java));
    }

    @Test
    void name_isTheSimpleName_alsoOfNestedTypes() {
        assertEquals("vgg11-prime", Choices.name(Vgg11Prime.class));
        assertEquals("cifar10", Choices.name(Cifar10.class));
        assertEquals("k-fac", Choices.name(KFac.class));
        assertEquals("sgd", Choices.name(Fixture.Sgd.class));
        assertEquals("weight-decay", Choices.name(Fixture.Scheduling.WEIGHT_DECAY));
        assertEquals("d3-full", Choices.name(Fixture.Scheduling.D3_FULL));
    }

    @Test
    void choices_areThePermittedRecordsInOrder_throughNestedSealedInterfaces() {
        List<Choices.Choice> choices = Choices.of(Fixture.Method.class);
        assertEquals(
                List.of("sgd", "newton-summary", "line-search"),
                choices.stream().map(Choices.Choice::name).toList());
        assertEquals("stochastic gradient descent", choices.get(0).doc());
        assertEquals(Fixture.Sgd.class, choices.get(0).type());
    }

    @Test
    void keys_tellTypeRangeDefaultAndMeaning() {
        assertEquals(
                List.of(
                        new Key("step-size", "number", "> 0", "", "η", Optional.empty()),
                        new Key("momentum", "number", "in [0, 1)", "0.9", "μ", Optional.empty()),
                        new Key("nesterov", "true or false", "", "false", "", Optional.empty())),
                Choices.of(Fixture.Method.class).get(0).keys());
        assertEquals(
                List.of(
                        new Key("name", "text", "", "", "", Optional.empty()),
                        new Key("seeds", "list of whole number", "≥ 0", "[1]", "", Optional.empty()),
                        new Key(
                                "schedule",
                                "one of weight-decay, constant, d3-full",
                                "",
                                "constant",
                                "",
                                Optional.of(Fixture.Scheduling.class)),
                        new Key("optimizer", "method", "", "", "", Optional.of(Fixture.Method.class)),
                        new Key("training", "training", "", "", "", Optional.of(Fixture.Training.class)),
                        new Key("from", "name of a file", "", "none", "", Optional.empty()),
                        new Key("patience", "number", "", "5", "", Optional.empty()),
                        new Key("every", "interval", "", "10 steps", "", Optional.empty()),
                        new Key("grid", "map to list of number", "", "{}", "", Optional.empty()),
                        new Key("verbose", "true or false", "", "no", "", Optional.empty())),
                Choices.keys(Fixture.Experiment.class));
    }

    @Test
    void doc_ofAConstant_isItsAnnotation() {
        assertEquals("none at all", Choices.doc(Fixture.Scheduling.CONSTANT));
        assertEquals("", Choices.doc(Fixture.Scheduling.WEIGHT_DECAY));
    }

    @Test
    void ourMistakes_areIllegalStates() {
        assertThrows(IllegalStateException.class, () -> Choices.of(Fixture.Training.class));
        assertThrows(IllegalStateException.class, () -> Choices.of(Confusing.class));
    }
}
