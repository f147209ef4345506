package soopt.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import soopt.data.examples.Augmentation;
import soopt.file.NamedFile;
import soopt.spec.Binder;
import soopt.spec.SpecSource;
import soopt.spec.yaml.SpecException;

/** Data sets as an experiment file names them. */
class DatasetSpecTest {
    private record File(Dataset dataset) {}

    private static NamedFile named(String name) {
        return NamedFile.of(Path.of(name));
    }

    private static Dataset bind(String dataset) {
        return Binder.bind(SpecSource.parse("f.yaml", "dataset: " + dataset), File.class)
                .dataset();
    }

    @Test
    void everyKind_isBoundByItsName_withDefaults() {
        assertEquals(new Mnist(6000, 0), bind("{type: mnist}"));
        assertEquals(new FashionMnist(6000, 0), bind("{type: fashion-mnist}"));
        assertEquals(new Cifar10(5000, 0, new Augmentation(0, false)), bind("{type: cifar10}"));
        assertEquals(
                new Cifar10(0, 100, new Augmentation(4, true)),
                bind("{type: cifar10, validation: 0, limit: 100, augmentation: {crop: 4, flip: true}}"));
        assertEquals(new MnistSample(500, 0), bind("{type: mnist-sample}"));
        assertEquals(new MnistSample(100, 1000), bind("{type: mnist-sample, validation: 100, limit: 1000}"));
        assertEquals(new Npz(named("a.npz"), Optional.empty(), 0, HeldOut.of(0), 0), bind("{type: npz, train: a.npz}"));
        assertEquals(
                new Npz(named("a.npz"), Optional.of(named("b.npz")), 10, HeldOut.of(5), 20),
                bind("{type: npz, train: a.npz, test: b.npz, classes: 10, validation: 5, limit: 20}"));
    }

    @Test
    void validationThatLeavesNothing_isNamedByLine() {
        SpecException e =
                assertThrows(SpecException.class, () -> bind("{type: mnist-sample, validation: 100, limit: 100}"));
        assertTrue(
                e.getMessage().contains("validation must be < 100, the number of training examples, but is 100"),
                e.getMessage());
        assertTrue(e.getMessage().startsWith("f.yaml:1:"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"mnist, 6000", "fashion-mnist, 6000", "cifar10, 5000", "mnist-sample, 500"})
    void limitThatValidationUsesUp_isOneLineWithItsPlace(String type, int validation) {
        SpecSource source = SpecSource.parse("f.yaml", "dataset: {type: " + type + ", validation: " + validation + "}");
        for (SpecSource limited : List.of(
                source.with(List.of("dataset.limit=" + validation)),
                source.with(List.of("~dataset.validation", "dataset.limit=" + validation)))) {
            SpecException e = assertThrows(SpecException.class, () -> Binder.bind(limited, File.class));
            assertEquals(1, e.problems().size(), e.getMessage());
            String problem = e.problems().get(0);
            assertTrue(problem.startsWith("f.yaml:1:"), problem);
            assertTrue(problem.contains(": dataset.validation must be < " + validation + ", the number"), problem);
            assertTrue(problem.endsWith("but is " + validation + ": lower it or raise limit"), problem);
        }
        Binder.bind(source.with(List.of("dataset.limit=" + (validation + 1))), File.class);
    }
}
