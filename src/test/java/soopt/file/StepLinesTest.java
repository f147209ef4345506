package soopt.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepLinesTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void threeBlocks() {
        file = folder.resolve("a.csv");
        try (StepLines lines = StepLines.open(file, "step,x")) {
            lines.append("0,a\n0,b");
            lines.append("5,c");
            lines.append("10,d\n10,e");
        }
    }

    private String text() throws IOException {
        return Files.readString(file);
    }

    @Test
    void blocks_beginWhereTheStepChanges() {
        assertEquals(
                List.of(
                        new StepLines.Block(0, 7, "0,a"),
                        new StepLines.Block(5, 15, "5,c"),
                        new StepLines.Block(10, 19, "10,d")),
                StepLines.blocks(file));
        assertEquals(List.of(), StepLines.blocks(folder.resolve("none")));
    }

    @Test
    void jsonLines_haveBlocksToo() throws IOException {
        Path json = folder.resolve("a.jsonl");
        String tail = "x".repeat(1000) + "ü";
        Files.writeString(json, "{\"step\":3,\"a\":\"" + tail + "\"}\n{\"step\":4,\"a\":1}\n{\"step\":9,\"a\"");
        assertEquals(
                List.of(3L, 4L),
                StepLines.blocks(json).stream().map(StepLines.Block::step).toList());
        try (StepLines lines = StepLines.open(json, "")) {
            lines.dropBefore(4);
        }
        assertEquals("{\"step\":4,\"a\":1}\n", Files.readString(json));
    }

    @Test
    void dropFrom_leavesEarlierBlocks_andTheFileGrowsOn() throws IOException {
        try (StepLines lines = StepLines.open(file, "step,x")) {
            lines.dropFrom(6);
            lines.append("7,f");
        }
        assertEquals("step,x\n0,a\n0,b\n5,c\n7,f\n", text());
        try (StepLines lines = StepLines.open(file, "step,x")) {
            lines.dropFrom(8);
            assertEquals("step,x\n0,a\n0,b\n5,c\n7,f\n", text());
            lines.dropFrom(0);
        }
        assertEquals("step,x\n", text());
    }

    @Test
    void dropBefore_leavesTheHeaderAndLaterBlocks_andTheFileGrowsOn() throws IOException {
        try (StepLines lines = StepLines.open(file, "step,x")) {
            lines.dropBefore(5);
            lines.append("11,f");
            assertEquals("step,x\n5,c\n10,d\n10,e\n11,f\n", text());
            lines.dropBefore(5);
            lines.dropBefore(100);
            lines.append("12,g");
        }
        assertEquals("step,x\n12,g\n", text());
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void tornBlock_isCutWhereItsLastLineIsTorn_andGoesWithItsStep() throws IOException {
        Files.writeString(file, "11,g\n11,h", StandardOpenOption.APPEND);
        try (StepLines lines = StepLines.open(file, "step,x")) {
            lines.dropFrom(11);
        }
        assertEquals("step,x\n0,a\n0,b\n5,c\n10,d\n10,e\n", text());
    }
}
