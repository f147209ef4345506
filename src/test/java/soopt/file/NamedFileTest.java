package soopt.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamedFileTest {
    @TempDir
    private Path first;

    @TempDir
    private Path second;

    private NamedFile named(String name) {
        return NamedFile.of(name, List.of(first, second));
    }

    @Test
    void relativeName_meansTheFirstFolderThatHasIt() throws IOException {
        assertEquals(first.resolve("a"), named("a").path(), "where it should be, if it is nowhere");
        Files.writeString(second.resolve("a"), "2");
        assertEquals(second.resolve("a"), named("a").path());
        Files.writeString(first.resolve("a"), "1");
        assertEquals(first.resolve("a"), named("./b/../a").path());
        assertEquals(second.resolve("a"), named(second.resolve("a").toString()).path());
        assertEquals(NamedFile.of(first.resolve("a")), named("a"));
        assertNotEquals(NamedFile.of(second.resolve("a")), named("a"));
    }

    @Test
    void tilde_isTheHomeOfTheUser_onlyAsAWholeName() {
        Path home = Path.of(System.getProperty("user.home"));
        assertEquals(home.resolve("data/x.npz"), named("~/data/x.npz").path());
        assertEquals(first.resolve("~x"), named("~x").path());
    }

    @Test
    void whatHindersReading_isSaidAsItIs() throws IOException {
        assertEquals(
                Optional.of(
                        "a.npz does not exist; tried " + first.resolve("a.npz") + " and " + second.resolve("a.npz")),
                named("a.npz").problem());
        Path folder = Files.createDirectory(second.resolve("folder"));
        assertEquals(
                Optional.of(folder + " is a folder, not a file"),
                named("folder").problem());
        assertEquals(
                Optional.of("/dev/null is a device or a pipe, not a file"),
                named("/dev/null").problem());
        Files.createSymbolicLink(first.resolve("link"), Path.of("nothing"));
        assertEquals(
                Optional.of(
                        "link is a link to nothing; tried " + first.resolve("link") + " and " + second.resolve("link")),
                named("link").problem());
        Files.writeString(first.resolve("good"), "x");
        assertEquals(Optional.empty(), named("good").problem());
    }

    @Test
    void namesThatNoFileHas_areRefused_withoutTheCharacter() {
        String message = assertThrows(IllegalArgumentException.class, () -> named("a\0b.npz"))
                .getMessage();
        assertEquals("must be the name of a file, but has a character that none has", message);
        assertThrows(IllegalArgumentException.class, () -> named(" "));
    }

    @Test
    void checksum_isReadOnce_untilTheFileChanges() throws IOException {
        Path file = Files.writeString(first.resolve("a"), "abc");
        NamedFile named = named("a");
        Checksum checksum = named.checksum();
        assertEquals("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", checksum.sha256());
        assertEquals(3, checksum.bytes());
        assertSame(checksum, named.checksum());
        Files.setLastModifiedTime(file, FileTime.fromMillis(1000));
        assertNotSame(checksum, named.checksum());
        Files.writeString(file, "abcd");
        assertEquals(4, named.checksum().bytes());
        Path other = Files.writeString(second.resolve("b"), "abcd");
        assertEquals(named.checksum().sha256(), NamedFile.of(other).checksum().sha256(), "wherever it lies");
    }
}
