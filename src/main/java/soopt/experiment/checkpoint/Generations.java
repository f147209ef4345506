package soopt.experiment.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import soopt.backend.Backend;
import soopt.file.WholeFile;
import soopt.file.WriteException;
import soopt.npy.NpyException;

/**
 * The folder checkpoints/ of a run: the newest in last.npz, the one before in prev.npz, and in next.npz one that a kill
 * kept from its place. Each is whole on the disk before it takes the name of another.
 */
public final class Generations {
    private static final String NEXT = "next.npz";
    private static final String LAST = "last.npz";
    private static final String BEFORE = "prev.npz";

    private final Path folder;

    public Generations(Path folder) {
        this.folder = folder;
    }

    /**
     * Where a run can go on.
     *
     * @param checkpoint the newest that can be used; empty if there is none
     * @param file its name
     * @param problems what is wrong with newer ones, a line each
     */
    public record Choice(Optional<Checkpoint> checkpoint, String file, List<String> problems) {
        public Choice {
            problems = List.copyOf(problems);
        }
    }

    /**
     * Makes it the newest; the one that was is the one before.
     *
     * @param permission throws if another process writes the folder by now
     */
    public void save(Checkpoint checkpoint, Runnable permission) {
        Path last = folder.resolve(LAST);
        Path next = folder.resolve(NEXT);
        permission.run();
        try {
            checkpoint.write(next);
            permission.run();
            if (Files.exists(last)) {
                rename(last, folder.resolve(BEFORE));
            }
            rename(next, last);
            WholeFile.forceFolder(last);
        } catch (IOException e) {
            drop(next);
            throw new WriteException(last, e);
        }
    }

    /** Copies the newest, if there is one, as it is. */
    public void copyNewest(Path target) {
        Path last = folder.resolve(LAST);
        if (Files.exists(last)) {
            WholeFile.write(target, channel -> {
                try (FileChannel from = FileChannel.open(last, StandardOpenOption.READ)) {
                    for (long at = 0; at < from.size(); ) {
                        at += from.transferTo(at, from.size() - at, channel);
                    }
                }
            });
        }
    }

    private static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** What is not in its place would only fill the disk. */
    private static void drop(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException kept) {
            // the failure before this one is what counts
        }
    }

    /**
     * The newest that can be read and used.
     *
     * @param misfit what hinders its use otherwise, as the rest of a sentence
     */
    public Choice newest(Backend backend, Function<Checkpoint, Optional<String>> misfit) {
        List<String> problems = new ArrayList<>();
        for (String name : List.of(NEXT, LAST, BEFORE)) {
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                Optional<Checkpoint> read = read(file, backend);
                Optional<String> problem = read.isEmpty() ? Optional.of("is damaged") : misfit.apply(read.get());
                if (problem.isEmpty()) {
                    return new Choice(read, name, problems);
                }
                problems.add("checkpoint " + file + " " + problem.get());
            }
        }
        return new Choice(Optional.empty(), "", problems);
    }

    private static Optional<Checkpoint> read(Path file, Backend backend) {
        try {
            return Optional.of(Checkpoint.read(file, backend));
        } catch (NpyException damaged) {
            return Optional.empty();
        }
    }

    /** Puts the chosen one in the place of the newer ones, which are of no use: the next one must not push it out. */
    public void settle(Choice chosen) {
        Path last = folder.resolve(LAST);
        try {
            if (!chosen.file().equals(LAST)) {
                rename(folder.resolve(chosen.file()), last);
                WholeFile.forceFolder(last);
            }
            Files.deleteIfExists(folder.resolve(NEXT));
        } catch (IOException e) {
            throw new WriteException(last, e);
        }
    }
}
