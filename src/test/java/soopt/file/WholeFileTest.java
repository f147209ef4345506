package soopt.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WholeFileTest {
    /** Above the largest pid of Linux: no such process. */
    private static final long DEAD = 1L << 23;

    @TempDir
    Path folder;

    private Set<String> names() {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(path -> path.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Path leave(String name) throws IOException {
        return Files.writeString(folder.resolve(name), "rest");
    }

    private static void age(Path path, Duration age) throws IOException {
        Files.setLastModifiedTime(path, FileTime.from(Instant.now().minus(age)));
    }

    // ---- writing ----

    @Test
    void write_replacesTheFile_andLeavesNothingElse() throws IOException {
        Path file = folder.resolve("a.json");
        WholeFile.write(file, "old and longer");
        WholeFile.write(file, "new ḡ");

        assertEquals("new ḡ", Files.readString(file));
        assertEquals(Set.of("a.json"), names());
    }

    @Test
    void unforcedFile_isWholeToo() throws IOException {
        Path file = folder.resolve("a.csv");
        WholeFile.writeUnforced(file, "old and longer");
        WholeFile.writeUnforced(file, "new ḡ");

        assertEquals("new ḡ", Files.readString(file));
        assertEquals(Set.of("a.csv"), names());
    }

    @Test
    void bytes_areWrittenAsTheyAre() throws IOException {
        byte[] bytes = {0, 10, 13, -1, 127};
        WholeFile.write(folder.resolve("a"), bytes);

        assertArrayEquals(bytes, Files.readAllBytes(folder.resolve("a")));
    }

    @Test
    void planted_linksOfTheTemporaryName_areNotFollowed() throws IOException {
        Path victim = Files.writeString(folder.resolve("victim"), "mine");
        Path temporary = folder.resolve(".x.0123456789abcdef.01234567.tmp7");
        Files.createSymbolicLink(temporary, victim);

        assertThrows(FileAlreadyExistsException.class, () -> Temporary.create(temporary));
        Files.createSymbolicLink(folder.resolve(".a.tmp"), victim);
        WholeFile.write(folder.resolve("a"), "other");
        assertEquals("mine", Files.readString(victim));
    }

    @Test
    void danglingLink_ofTheTemporaryName_isNotFollowed() throws IOException {
        Path temporary = folder.resolve(".x.tmp7");
        Files.createSymbolicLink(temporary, folder.resolve("made-by-the-link"));

        assertThrows(FileAlreadyExistsException.class, () -> Temporary.create(temporary));
        assertFalse(Files.exists(folder.resolve("made-by-the-link")));
    }

    @Test
    void targetThatIsALink_isReplaced() throws IOException {
        Path victim = Files.writeString(folder.resolve("victim"), "mine");
        Path target = Files.createSymbolicLink(folder.resolve("status.json"), victim);
        WholeFile.write(target, "{}");

        assertEquals("mine", Files.readString(victim));
        assertFalse(Files.isSymbolicLink(target));
        assertEquals("{}", Files.readString(target));
    }

    @Test
    void temporaryNames_differEachTime_andNameTheProcess() {
        Path first = Temporary.beside(folder.resolve("a.npz"));
        Path second = Temporary.beside(folder.resolve("a.npz"));

        assertFalse(first.equals(second));
        assertTrue(
                first.getFileName()
                        .toString()
                        .matches("\\.a\\.npz\\.[0-9a-f]{16}\\.[0-9a-f]{8}\\.tmp"
                                + ProcessHandle.current().pid()),
                first.toString());
    }

    @Test
    void nameAsLongAsTheSystemAllows_canBeWritten() throws IOException {
        Path file = folder.resolve("n".repeat(255));
        WholeFile.write(file, "x");

        assertEquals("x", Files.readString(file));
    }

    @Test
    void failedContents_leaveTheOldFileAndNoTemporary() throws IOException {
        Path file = folder.resolve("a");
        WholeFile.write(file, "old");

        WriteException e = assertThrows(
                WriteException.class,
                () -> WholeFile.write(file, channel -> {
                    channel.write(ByteBuffer.wrap(new byte[100]));
                    throw new IOException("No space left on device");
                }));
        assertEquals("cannot write " + file + ": No space left on device", e.getMessage());
        assertThrows(
                IllegalStateException.class,
                () -> WholeFile.write(file, channel -> {
                    channel.write(ByteBuffer.wrap(new byte[100]));
                    throw new IllegalStateException();
                }));
        assertEquals("old", Files.readString(file));
        assertEquals(Set.of("a"), names());
    }

    @Test
    void missingFolder_isNamed() {
        Path file = folder.resolve("no/such/a");

        WriteException e = assertThrows(WriteException.class, () -> WholeFile.write(file, "x"));
        assertEquals("cannot write " + file + ": no such file or folder", e.getMessage());
    }

    @Test
    void folderInTheWay_isNamed_andNoTemporaryStays() throws IOException {
        Path file = Files.createDirectory(folder.resolve("a"));
        Files.createFile(file.resolve("inside"));

        WriteException e = assertThrows(WriteException.class, () -> WholeFile.write(file, "x"));
        assertTrue(e.getMessage().startsWith("cannot write " + file + ": "), e.getMessage());
        assertTrue(e.getMessage().matches(".*(directory|folder).*"), e.getMessage());
        assertEquals(Set.of("a"), names());
    }

    // ---- sweeping ----

    @ParameterizedTest
    @ValueSource(strings = {".status.json.0123456789abcdef.%s.tmp%d", "last.npz.tmp%2$d"})
    void sweep_removesWhatDeadProcessesLeft(String form) throws IOException {
        leave(String.format(form, machine(), DEAD));
        leave("kept.json");

        assertEquals(1, Temporary.sweep(folder));
        assertEquals(Set.of("kept.json"), names());
    }

    @ParameterizedTest
    @ValueSource(strings = {".status.json.0123456789abcdef.%s.tmp%d", "last.npz.tmp%2$d"})
    void sweep_keepsWhatLivingProcessesWrite(String form) throws IOException {
        String own = String.format(form, machine(), ProcessHandle.current().pid());
        String first = String.format(form, machine(), 1);
        age(leave(own), Duration.ofDays(30));
        age(leave(first), Duration.ofDays(30));

        assertEquals(0, Temporary.sweep(folder));
        assertEquals(new TreeSet<>(List.of(own, first)), names());
    }

    @Test
    void sweep_believesOtherMachines_forADay() throws IOException {
        String foreign = machine().equals("00000000") ? "00000001" : "00000000";
        leave(".a.0123456789abcdef." + foreign + ".tmp" + DEAD);
        age(leave(".b.0123456789abcdef." + foreign + ".tmp1"), Duration.ofHours(25));

        assertEquals(1, Temporary.sweep(folder));
        assertEquals(Set.of(".a.0123456789abcdef." + foreign + ".tmp" + DEAD), names());
    }

    @Test
    void sweep_removesFoldersWithWhatIsInThem_andLinksAlone() throws IOException {
        Path inside = Files.createDirectories(folder.resolve("fetch.tmp" + DEAD).resolve("0"));
        Files.createFile(inside.resolve("part"));
        Path victim = Files.createDirectory(folder.resolve("victim"));
        Files.createFile(victim.resolve("mine"));
        Files.createSymbolicLink(folder.resolve("link.tmp" + DEAD), victim);

        assertEquals(2, Temporary.sweep(folder));
        assertEquals(Set.of("victim"), names());
        assertTrue(Files.exists(victim.resolve("mine")));
    }

    @Test
    void sweep_ofWhatIsNoFolder_doesNothing() throws IOException {
        assertEquals(0, Temporary.sweep(folder.resolve("missing")));
        assertEquals(0, Temporary.sweep(leave("file")));
    }

    @Test
    void sweepByAge_takesOnlyOldFilesOfTheName() throws IOException {
        age(leave("error-1.log"), Duration.ofDays(31));
        age(leave("error-2.log"), Duration.ofDays(29));
        age(leave("other.log"), Duration.ofDays(31));

        Temporary.sweep(folder, Pattern.compile("error-.*\\.log"), Duration.ofDays(30));
        assertEquals(new TreeSet<>(List.of("error-2.log", "other.log")), names());
    }

    @Test
    void createdFolder_isNewAndDiscardedWithItsContents() throws IOException {
        Path made = Temporary.createFolder(folder.resolve("fetch"));
        try (FileChannel channel = Temporary.create(made.resolve("part"))) {
            assertEquals(0, channel.size());
        }
        Temporary.discard(made);
        Temporary.discard(made);

        assertFalse(Files.exists(made, LinkOption.NOFOLLOW_LINKS));
    }

    /** The mark in this process's names. */
    private String machine() {
        String name = Temporary.beside(folder.resolve("a")).getFileName().toString();
        return name.substring(20, 28);
    }
}
