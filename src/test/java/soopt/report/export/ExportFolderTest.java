package soopt.report.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import soopt.experiment.folder.RunDirectoryException;
import soopt.file.WriteException;

/** Exports replace what soopt exported and nothing else. */
class ExportFolderTest {
    @TempDir
    private Path folder;

    private void export(boolean force, String key, String path, String text) {
        ExportFolder to = ExportFolder.open(folder, force, () -> {});
        to.announce(List.of(new ExportFolder.Entry("k", key, Path.of(path))));
        to.write(Path.of(path), text);
        to.finish();
    }

    @Test
    void whatIsOurs_isReplaced_andTakenAwayUnderAnOldName() throws IOException {
        export(false, "run", "a/one/f", "1");
        export(false, "run", "a/one/f", "2");
        assertEquals("2", Files.readString(folder.resolve("a/one/f")));
        Files.writeString(folder.resolve("a/mine"), "");
        export(false, "run", "a/two/f", "3");
        assertFalse(Files.exists(folder.resolve("a/one")));
        assertEquals("3", Files.readString(folder.resolve("a/two/f")));
        assertTrue(Files.exists(folder.resolve("a/mine")));
        export(false, "another", "a/three/f", "4");
        assertTrue(Files.exists(folder.resolve("a/two/f")));
    }

    @Test
    void whatIsNotOurs_staysWithoutForce_andNothingIsWritten() throws IOException {
        Files.writeString(folder.resolve("f"), "mine");
        ExportFolder to = ExportFolder.open(folder, false, () -> {});
        String message = assertThrows(
                        RunDirectoryException.class,
                        () -> to.announce(List.of(
                                new ExportFolder.Entry("k", "1", Path.of("g")),
                                new ExportFolder.Entry("k", "2", Path.of("f")))))
                .getMessage();
        assertTrue(message.contains("--force"), message);
        assertEquals(List.of("f"), names());
        export(true, "2", "f", "ours");
        assertEquals("ours", Files.readString(folder.resolve("f")));
        export(false, "2", "f", "again");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aFolderOfOthers_isNotReplacedEvenByForce() throws IOException {
        Files.createDirectories(folder.resolve("d/theirs"));
        assertThrows(RunDirectoryException.class, () -> export(true, "1", "d", "x"));
        assertTrue(Files.isDirectory(folder.resolve("d/theirs")));
        assertThrows(
                RunDirectoryException.class,
                () -> ExportFolder.open(Files.writeString(folder.resolve("file"), ""), true, () -> {}));
    }

    @Test
    void aForgedList_takesAwayNothingOutside() throws IOException {
        Path out = Files.createDirectories(folder.resolve("out"));
        Path outside = Files.writeString(folder.resolve("outside"), "");
        for (String path : List.of("../outside", outside.toString(), "x/../../outside")) {
            Files.writeString(
                    out.resolve(ExportFolder.LIST),
                    "{\"exports\": [{\"kind\": \"k\", \"key\": \"1\", \"path\": \"" + path + "\"}]}");
            ExportFolder to = ExportFolder.open(out, true, () -> {});
            to.announce(List.of(new ExportFolder.Entry("k", "1", Path.of("f"))));
            to.write(Path.of("f"), "");
            to.finish();
            assertTrue(Files.exists(outside), path);
        }
    }

    @Test
    void aFolderOfARun_isReplacedWhole_andStaysIfItsSuccessorFails() throws IOException {
        for (String name : List.of("old", "new")) {
            ExportFolder to = ExportFolder.open(folder, false, () -> {});
            to.announce(List.of(new ExportFolder.Entry("k", "1", Path.of("d"))));
            to.writeFolder(Path.of("d"), made -> Files.writeString(made.resolve(name), name));
            to.finish();
            assertEquals(1, to.bytes() / 3);
        }
        try (Stream<Path> files = Files.list(folder.resolve("d"))) {
            assertEquals(List.of(folder.resolve("d/new")), files.toList());
        }
        ExportFolder to = ExportFolder.open(folder, false, () -> {});
        to.announce(List.of(new ExportFolder.Entry("k", "1", Path.of("d"))));
        assertThrows(
                WriteException.class,
                () -> to.writeFolder(Path.of("d"), made -> {
                    Files.writeString(made.resolve("half"), "");
                    throw new IOException("disk full");
                }));
        assertEquals(List.of("d", ExportFolder.LIST), names());
        assertTrue(Files.exists(folder.resolve("d/new")));
    }

    /** Process 1 of a machine long gone; its temporary files are those of a day ago. */
    @Test
    void whatAKilledExportLeft_isSwept() throws IOException {
        Path left = Files.createDirectories(folder.resolve("a/.d.0123456789abcdef.01234567.tmp1"));
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        export(false, "run", "a/f", "");
        assertFalse(Files.exists(left));
    }

    @Test
    void namesForFiles_areShortAsciiWithoutSeparators() {
        assertEquals("step-size_0.3,damping_1.0,seed_2", RunNames.safe("step-size 0.3, damping 1.0, seed 2"));
        assertEquals(
                "partition_groups_a_b_",
                RunNames.safe("partition {groups: [a/b]}").replace("__", "_"));
        assertEquals("_..", RunNames.safe(".."));
        assertEquals("_", RunNames.safe(""));
        assertEquals("_-rf", RunNames.safe("-rf"));
        assertEquals("a_b_c", RunNames.safe("a\u0000b\u202ec"));
        assertTrue(RunNames.safe("ü".repeat(3) + "x".repeat(1000)).length() <= 201);
    }
}
