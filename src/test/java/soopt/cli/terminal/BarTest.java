package soopt.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BarTest {
    private static final Bar TRAINING = new Bar("training", " steps", 1, 30_000);
    private static final String LOSS = "epoch 12/100 loss 0.3141";

    @ParameterizedTest
    @ValueSource(ints = {30, 40, 60, 80, 100, 200})
    void line_fitsAndKeepsTheLoss(int columns) {
        String line = TRAINING.line(12_345, 100, LOSS, columns);
        assertTrue(Text.columns(line) <= columns, line);
        assertTrue(line.endsWith(LOSS), line);
    }

    @Test
    void line_showsEverythingWhereThereIsRoom() {
        String line = TRAINING.line(15_000, 100, LOSS, 120);
        assertTrue(line.matches("training 50 % │█+ +│ 15000/30000 steps 150/s ETA 1:40 " + LOSS), line);
    }

    @Test
    void line_of80Columns_hasAPicture_theShareTheTimeLeftAndTheLoss() {
        String line = TRAINING.line(15_000, 100, "epoch 50/100 loss 1.234e-05", 79);
        assertTrue(line.contains("│█"), line);
        assertTrue(line.contains("50 %"), line);
        assertTrue(line.contains("ETA 1:40"), line);
        assertTrue(line.endsWith("loss 1.234e-05"), line);
    }

    @Test
    void line_narrowerThanItsMessage_isCut() {
        assertEquals("epoch 12/100 loss …", TRAINING.line(1, 1, LOSS, 19));
    }

    @Test
    void unknownTotal_hasNoShareAndNoPicture() {
        String line = new Bar("file.gz", " MiB", 1 << 20, -1).line(5 << 20, 2, "", 80);
        assertEquals("file.gz 5 MiB 2.50/s 0:02", line);
        assertFalse(line.contains("│"), line);
    }

    @Test
    void plainLine_countsInItsUnit() {
        Bar fetch = new Bar("file.gz", " MiB", 1 << 20, 10 << 20);
        assertEquals("file.gz 50 % (5 of 10 MiB, 2.50/s, ETA 0:02) x", fetch.plain(5 << 20, 2, "x"));
        assertEquals("file.gz 0 % (0 of 10 MiB)", fetch.plain(0, 2, ""));
    }

    @Test
    void workThatGoesOn_isTimedFromWhereItWentOn() {
        Bar bar = new Bar("training", " steps", 1, 300, 100);

        assertTrue(bar.plain(200, 10, "").endsWith("(200 of 300 steps, 10.0/s, ETA 0:10)"), bar.plain(200, 10, ""));
        assertTrue(bar.line(100, 10, "", 80).contains("33 %"), bar.line(100, 10, "", 80));
        assertTrue(bar.line(100, 10, "", 80).contains("ETA -"), bar.line(100, 10, "", 80));
    }
}
