package soopt.report.export;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import soopt.experiment.folder.RunDirectoryException;
import soopt.file.JsonObject;
import soopt.file.Problems;
import soopt.file.Temporary;
import soopt.file.WholeFile;
import soopt.file.WriteException;

/**
 * A folder that exports are written to. What was exported to it stands in its {@value #LIST}: only that is replaced or
 * taken away, so that nothing of anybody else is lost. A file or a folder of a run appears whole; a kill leaves old
 * ones beside new ones, and the same export again completes them.
 */
public final class ExportFolder {
    /** The list of what is ours. */
    public static final String LIST = "soopt-export.json";

    private final Path folder;
    private final boolean force;
    private final Runnable eachRun;
    /** By path from the folder. */
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private final Set<String> outdated = new LinkedHashSet<>();
    private final Set<Path> visited = new HashSet<>();
    private final List<Path> written = new ArrayList<>();

    /**
     * Something that was exported.
     *
     * @param kind of export
     * @param key what it is of: the same key under another path takes its place
     * @param path from the folder, of a file or of a folder that is exported as a whole
     */
    public record Entry(String kind, String key, Path path) {}

    private ExportFolder(Path folder, boolean force, Runnable eachRun) {
        this.folder = folder;
        this.force = force;
        this.eachRun = eachRun;
        for (JsonNode each : JsonObject.read(folder.resolve(LIST)).path("exports")) {
            Path path = Path.of(each.path("path").asText());
            // a list that somebody wrote takes away nothing outside
            if (!path.isAbsolute() && path.normalize().equals(path) && !path.startsWith("..")) {
                entries.put(
                        path.toString(),
                        new Entry(each.path("kind").asText(), each.path("key").asText(), path));
            }
        }
    }

    /**
     * The folder, which need not be there yet.
     *
     * @param force whether files of others may be replaced
     * @param eachRun called when a run is exported
     */
    public static ExportFolder open(Path folder, boolean force, Runnable eachRun) {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new RunDirectoryException(folder + " is a file; exports are written to a folder: --out");
        }
        return new ExportFolder(folder, force, eachRun);
    }

    /**
     * Says what will be written, before anything is.
     *
     * @throws RunDirectoryException if something of others is in the way; nothing was written
     */
    public void announce(List<Entry> planned) {
        for (Entry entry : planned) {
            Path target = folder.resolve(entry.path());
            boolean isOurs = entries.containsKey(entry.path().toString());
            if (!isOurs && !force && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new RunDirectoryException(target + " is there and was not exported by soopt; --force replaces it,"
                        + " --out names another folder");
            }
            if (!isOurs && Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new RunDirectoryException(
                        target + " is a folder that soopt did not export: take it away, or give another --out");
            }
        }
        Set<String> names = new LinkedHashSet<>();
        Set<List<String>> keys = new LinkedHashSet<>();
        for (Entry entry : planned) {
            names.add(entry.path().toString());
            keys.add(List.of(entry.kind(), entry.key()));
        }
        entries.forEach((path, entry) -> {
            if (!names.contains(path) && keys.contains(List.of(entry.kind(), entry.key()))) {
                outdated.add(path);
            }
        });
        planned.forEach(entry -> entries.put(entry.path().toString(), entry));
        createFolder(folder);
        writeList();
    }

    /** Says that another run is exported. */
    void advance() {
        eachRun.run();
    }

    /** Writes a file that was announced, or lies in a folder that is not exported as a whole. */
    public void write(Path path, WholeFile.Contents contents) {
        Path target = folder.resolve(path);
        makeRoom(target);
        WholeFile.write(target, contents);
        written.add(target);
    }

    /** Writes a text file. */
    public void write(Path path, String text) {
        Path target = folder.resolve(path);
        makeRoom(target);
        WholeFile.write(target, text);
        written.add(target);
    }

    /** What fills a folder. */
    public interface Filler {
        void fill(Path emptyFolder) throws IOException;
    }

    /** Writes a folder that was announced in the place of what was there. */
    public void writeFolder(Path path, Filler filler) {
        Path target = folder.resolve(path);
        makeRoom(target);
        Path old = Temporary.beside(target);
        try {
            Path made = Temporary.createFolder(target);
            try {
                filler.fill(made);
                if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                    Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
                }
                Files.move(made, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Temporary.discard(made);
                Temporary.discard(old);
            }
        } catch (IOException e) {
            throw new WriteException(target, e);
        }
        written.add(target);
    }

    /** Takes away what earlier exports of the same called otherwise. */
    public void finish() {
        for (String path : outdated) {
            Path target = folder.resolve(path);
            Temporary.discard(target);
            entries.remove(path);
            removeEmpty(parent(target));
        }
        writeList();
    }

    /** Folders that nothing is left in, up to this one. */
    private void removeEmpty(Path from) {
        Path empty = from;
        while (empty.startsWith(folder) && !empty.equals(folder)) {
            try (Stream<Path> left = Files.list(empty)) {
                if (left.findAny().isPresent()) {
                    return;
                }
                Files.delete(empty);
            } catch (IOException keep) {
                return;
            }
            empty = parent(empty);
        }
    }

    private void writeList() {
        List<JsonObject> exports = entries.values().stream()
                .map(entry -> new JsonObject()
                        .put("kind", entry.kind())
                        .put("key", entry.key())
                        .put("path", entry.path().toString()))
                .toList();
        WholeFile.write(
                folder.resolve(LIST),
                new JsonObject().putObjects("exports", exports).pretty());
    }

    private static Path parent(Path path) {
        return path.toAbsolutePath().getParent();
    }

    /** The folder that something goes into, without what killed exports left in it. */
    private void makeRoom(Path target) {
        Path parent = parent(target);
        if (visited.add(parent)) {
            createFolder(parent);
            Temporary.sweep(parent);
        }
    }

    private static void createFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new WriteException(folder, e);
        }
    }

    public Path path() {
        return folder;
    }

    /** Files and folders that were written, in order. */
    public List<Path> written() {
        return List.copyOf(written);
    }

    /** Bytes of what was written. */
    public long bytes() {
        long bytes = 0;
        for (Path each : written) {
            try (Stream<Path> files = Files.walk(each)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    bytes += Files.size(file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + each + ": " + Problems.reason(e), e);
            }
        }
        return bytes;
    }
}
