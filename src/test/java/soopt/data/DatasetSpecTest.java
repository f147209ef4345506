package soopt.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import soopt.spec.Binder;
import soopt.spec.SpecException;
import soopt.spec.SpecSource;

/** Data sets as an experiment file names them. */
class DatasetSpecTest {
    private record File(Dataset dataset) {}

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
        assertEquals(new Npz("a.npz", Optional.empty(), 0, 0, 0), bind("{type: npz, train: a.npz}"));
        assertEquals(
                new Npz("a.npz", Optional.of("b.npz"), 10, 5, 20),
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
}
