package soopt.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ProblemsTest {
    static Stream<Arguments> problems() {
        return Stream.of(
                Arguments.of(new AccessDeniedException("f"), "permission denied"),
                Arguments.of(new NoSuchFileException("f"), "no such file or folder"),
                Arguments.of(new NotDirectoryException("f"), "a file is in the way"),
                Arguments.of(new FileAlreadyExistsException("f"), "a file is in the way"),
                Arguments.of(new DirectoryNotEmptyException("f"), "a folder is in the way"),
                Arguments.of(new FileSystemException("f", null, "Disk quota exceeded"), "Disk quota exceeded"),
                Arguments.of(new FileSystemException("f", null, "Read-only file system"), "Read-only file system"),
                Arguments.of(new FileSystemException("f"), "f"),
                Arguments.of(new IOException("No space left on device"), "No space left on device"),
                Arguments.of(new IOException("Too many levels of symbolic links (NOFOLLOW)"), "a link is in the way"),
                Arguments.of(new IOException(), "IOException"));
    }

    @ParameterizedTest
    @MethodSource("problems")
    void reason_isInWords(IOException problem, String words) {
        assertEquals(words, Problems.reason(problem));
        assertEquals("cannot write a/b: " + words, new WriteException(Path.of("a/b"), problem).getMessage());
    }
}
