package soopt.experiment.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EveryTest {
    @ParameterizedTest
    @CsvSource({
        "1 epoch, 1, EPOCH",
        "10 epochs, 10, EPOCH",
        "200 steps, 200, STEP",
        "1 step, 1, STEP",
        "5 min, 300, SECOND",
        "30 s, 30, SECOND",
        "2 h, 7200, SECOND",
        "never, 0, NEVER"
    })
    void text_isReadAndWrittenBack(String text, long amount, Every.Unit unit) {
        Every every = Every.parse(text);

        assertEquals(new Every(amount, unit), every);
        assertEquals(every, Every.parse(every.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 steps", "epoch", "1.5 epochs", "-1 s", "5 parsecs", ""})
    void nonsense_isRejectedWithExamples(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Every.parse(text));

        assertEquals(
                "must be like '1 epoch', '100 steps', '5 min', '30 s' or 'never', but is '" + text + "'",
                e.getMessage());
    }

    @Test
    void due_countsFromOne() {
        Every threeSteps = Every.parse("3 steps");

        assertFalse(threeSteps.dueAfterStep(2));
        assertTrue(threeSteps.dueAfterStep(3));
        assertFalse(threeSteps.dueAfterEpoch(3));
        assertTrue(Every.parse("30 s").dueAfterSeconds(30));
        assertFalse(Every.parse("never").dueAfterStep(1));
    }

    @ParameterizedTest
    @CsvSource({
        "512 MiB, 536870912, 512 MiB",
        "2 GiB, 2147483648, 2048 MiB",
        "3 MB, 3000000, 3000 KB",
        "4 KiB, 4096, 4 KiB"
    })
    void memory_isReadAndWrittenBack(String text, long bytes, String written) {
        MemoryBudget budget = MemoryBudget.parse(text);

        assertEquals(bytes, budget.bytes().orElseThrow());
        assertEquals(written, budget.toString());
        assertEquals(budget, MemoryBudget.parse(written));
    }

    @Test
    void memoryAuto_hasNoLimit() {
        assertTrue(MemoryBudget.parse("auto").bytes().isEmpty());
        assertEquals("auto", MemoryBudget.parse("auto").toString());
        assertThrows(IllegalArgumentException.class, () -> MemoryBudget.parse("lots"));
    }
}
