package soopt.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A file by the name that an experiment file gives it. A relative name means a place beside the experiment file or,
 * if nothing is there, one below the working folder; ~ is the user's home. Equal if they mean the same place.
 */
public final class NamedFile {
    /** A value that is a file or a whole number; it is written as it says of itself. */
    public interface Holder {
        Optional<NamedFile> file();
    }

    private final String name;
    private final List<Path> places;
    /** What the file held when it was last asked, so that the runs of several seeds read it once. */
    private Optional<Checksum> known = Optional.empty();

    private NamedFile(String name, List<Path> places) {
        this.name = name;
        this.places = places;
    }

    /** A file at a place. */
    public static NamedFile of(Path path) {
        return new NamedFile(path.toString(), List.of(absolute(path)));
    }

    /**
     * @param folders where a relative name is looked up, in this order
     * @throws IllegalArgumentException with the rest of a sentence if no file can have such a name
     */
    public static NamedFile of(String name, List<Path> folders) {
        try {
            Path path = Path.of(name);
            if (name.isBlank()) {
                throw new IllegalArgumentException("must be the name of a file, but is empty");
            }
            if (path.startsWith("~")) {
                path = Path.of(System.getProperty("user.home"))
                        .resolve(Path.of("~").relativize(path));
            }
            Set<Path> places = new LinkedHashSet<>();
            for (Path folder : folders.isEmpty() ? List.of(Path.of("")) : folders) {
                places.add(absolute(folder.resolve(path)));
            }
            return new NamedFile(name, List.copyOf(places));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("must be the name of a file, but has a character that none has", e);
        }
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /** Where it lies: the first place at which something is, else the first one. */
    public Path path() {
        return places.stream().filter(Files::exists).findFirst().orElse(places.get(0));
    }

    /** What hinders reading it as a file, as the rest of a sentence about it, e.g. "is a folder, not a file". */
    public Optional<String> problem() {
        return problem(path()).map(what -> Files.exists(path()) ? path() + " " + what : name + " " + what + tried());
    }

    /** The same of any path, without the path. */
    public static Optional<String> problem(Path path) {
        if (Files.isDirectory(path)) {
            return Optional.of("is a folder, not a file");
        }
        if (!Files.exists(path)) {
            return Optional.of(Files.isSymbolicLink(path) ? "is a link to nothing" : "does not exist");
        }
        if (!Files.isRegularFile(path)) {
            return Optional.of("is a device or a pipe, not a file");
        }
        return Files.isReadable(path) ? Optional.empty() : Optional.of("may not be read: permission denied");
    }

    private String tried() {
        return "; tried " + places.stream().map(Path::toString).collect(Collectors.joining(" and "));
    }

    /**
     * What it holds; read only if it was never read or has changed since.
     *
     * @throws UncheckedIOException if it cannot be read
     */
    public synchronized Checksum checksum() {
        Path path = path();
        if (known.filter(checksum -> checksum.path().equals(path))
                .filter(Checksum::isCurrent)
                .isEmpty()) {
            try {
                known = Optional.of(Checksum.of(path));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + path + ": " + Problems.reason(e), e);
            }
        }
        return known.get();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NamedFile file && path().equals(file.path());
    }

    @Override
    public int hashCode() {
        return path().hashCode();
    }

    /** The absolute path, which means the same from every folder. */
    @Override
    public String toString() {
        return path().toString();
    }
}
