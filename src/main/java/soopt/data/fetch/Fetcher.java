package soopt.data.fetch;

import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import soopt.file.Problems;
import soopt.file.Shown;
import soopt.file.Temporary;
import soopt.file.WholeFile;
import soopt.file.WriteException;

/**
 * Brings the files of a data set into its folder. A file is delivered into a temporary folder, tested by SHA-256 and
 * renamed, so that under its name there is never anything but the whole file.
 */
public final class Fetcher {
    /** user:password@ of an address, as package clients repeat it. */
    private static final Pattern LOGIN = Pattern.compile("(?<=://)\\S*@");

    /** What earlier versions left when they were killed; its process is not known. */
    private static final Pattern FORMER = Pattern.compile("\\.fetch-\\d+");

    private Fetcher() {}

    /**
     * The folder of a data set, with all its files in it.
     *
     * @throws DatasetException if some are missing and the store is offline, or no source has them
     */
    public static Path require(DatasetFiles files, Store store) {
        Path folder = files.folder(store);
        List<DatasetFile> missing = files.missing(folder);
        if (!missing.isEmpty()) {
            fetch(files, missing, store);
        }
        return folder;
    }

    /**
     * Brings files, each from the first source that has it whole.
     *
     * @param wanted files to bring; one that is there already is replaced
     * @throws DatasetException with what each source answered, if some could not be had; those that could are kept
     */
    public static void fetch(DatasetFiles files, List<DatasetFile> wanted, Store store) {
        if (store.offline()) {
            throw new DatasetException(files.name() + ": " + names(wanted) + " missing in " + files.folder(store)
                    + ", and nothing may be fetched offline; " + files.remedy());
        }
        Outcome outcome = bring(wanted, files.sources(), files.folder(store), store.progress());
        if (!outcome.left.isEmpty()) {
            throw new DatasetException("cannot fetch " + names(outcome.left) + " of " + files.name() + ": "
                    + String.join("; ", outcome.failures) + "; if you have them, run 'soopt datasets import "
                    + files.name() + " <folder>'");
        }
    }

    /**
     * Copies files that the user has, after the test of their checksums.
     *
     * @throws DatasetException if some are not in the folder or not right; those that are have been copied
     */
    public static void importFrom(DatasetFiles files, Path place, Store store) {
        if (!Files.exists(place)) {
            throw new DatasetException(
                    place.toAbsolutePath() + " is not there: name the folder that holds the files of " + files.name()
                            + ", or an archive of them");
        }
        Outcome outcome = bring(files.files(), List.of(new OwnFiles(place)), files.folder(store), store.progress());
        if (!outcome.left.isEmpty()) {
            List<DatasetFile> absent = outcome.left.stream()
                    .filter(file -> outcome.failures.stream().noneMatch(failure -> failure.contains(file.name())))
                    .toList();
            List<String> reasons = new ArrayList<>(outcome.failures);
            if (!absent.isEmpty()) {
                reasons.add(0, names(absent) + " not in it, neither plain nor as .gz");
            }
            throw new DatasetException(
                    "cannot import all of " + files.name() + " from " + place + ": " + String.join("; ", reasons));
        }
    }

    /**
     * @param left files that no source had
     * @param failures one phrase per failure: the source and the reason
     */
    private record Outcome(List<DatasetFile> left, List<String> failures) {}

    private static Outcome bring(List<DatasetFile> wanted, List<Source> sources, Path folder, FetchProgress progress) {
        List<DatasetFile> left = new ArrayList<>(wanted);
        List<String> failures = new ArrayList<>();
        try {
            Files.createDirectories(folder);
            Temporary.sweep(folder);
            Temporary.sweep(folder, FORMER, Duration.ofDays(1));
            Path work = Temporary.createFolder(folder.resolve("fetch"));
            Thread cleaner = new Thread(() -> Temporary.discard(work));
            Runtime.getRuntime().addShutdownHook(cleaner);
            try {
                for (int i = 0; i < sources.size() && !left.isEmpty(); i++) {
                    Path delivery = Files.createDirectory(work.resolve(Integer.toString(i)));
                    failures.addAll(bring(sources.get(i), left, delivery, folder, progress));
                }
            } finally {
                Temporary.discard(work);
                forget(cleaner);
            }
        } catch (IOException e) {
            throw new DatasetException(
                    "cannot write " + folder + ": " + Problems.reason(e) + "; choose another datasets folder", e);
        } catch (WriteException e) {
            throw new DatasetException(e.getMessage() + "; choose another datasets folder", e);
        }
        return new Outcome(left, failures);
    }

    /** Takes what one source has of the files left; returns what went wrong. */
    private static List<String> bring(
            Source source, List<DatasetFile> left, Path delivery, Path folder, FetchProgress progress)
            throws IOException {
        List<String> failures = new ArrayList<>();
        try {
            source.fetch(List.copyOf(left), delivery, progress);
        } catch (IOException e) {
            failures.add(source.description() + ": " + reason(e));
        } catch (RuntimeException e) {
            // what someone else's answer provokes ends this source, not the fetch
            failures.add(source.description() + ": cannot be understood ("
                    + e.getClass().getSimpleName() + ")");
        }
        for (DatasetFile file : List.copyOf(left)) {
            Optional<Path> delivered = file.in(delivery);
            if (delivered.isPresent()) {
                try {
                    WholeFile.write(folder.resolve(file.name()), file.read(delivered.get()));
                    left.remove(file);
                } catch (DamagedFileException e) {
                    failures.add(source.description() + ": " + file.name() + " " + e.getMessage());
                }
            }
        }
        failures.forEach(progress::note);
        return failures;
    }

    private static String reason(IOException e) {
        if (e instanceof UnknownHostException) {
            return "unknown host " + Shown.value(String.valueOf(e.getMessage()));
        }
        return e.getMessage() == null
                ? e.getClass().getSimpleName()
                : Shown.line(
                        Shown.cut(LOGIN.matcher(e.getMessage()).replaceAll("").replaceAll("\\s+", " "), 300));
    }

    public static String names(List<DatasetFile> files) {
        return files.stream().map(DatasetFile::name).collect(Collectors.joining(", "));
    }

    private static void forget(Thread cleaner) {
        try {
            Runtime.getRuntime().removeShutdownHook(cleaner);
        } catch (IllegalStateException e) {
            // the machine is going down: the hook runs by itself
        }
    }
}
