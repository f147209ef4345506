package soopt.experiment.matrices;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import soopt.experiment.file.Keep;
import soopt.file.Growing;
import soopt.file.LineStream;
import soopt.file.StepLines;
import soopt.file.WriteException;
import soopt.npy.NpyArray;
import soopt.npy.NpzAppender;
import soopt.npy.NpzFile;

/**
 * The folder matrices/: the matrices of every recorded moment in matrices.csv, matrices.jsonl and matrices.npz, and in
 * groups.csv the learning rates where no optimizer's refresh lies behind them. Each file grows, so that there are no
 * more of them after 1,000 epochs than after one. A moment is written when its line of matrices.jsonl is, which comes
 * last.
 */
public final class MatrixFiles implements Growing, AutoCloseable {
    private static final Pattern MOMENT = Pattern.compile("\\{\"step\":\\d+,\"epoch\":\\d+,\"moment\":\"(\\w+)\".*");

    private final Path folder;
    private final Keep keep;
    private final List<Moment> moments;
    private Optional<NpzAppender> archive = Optional.empty();
    private Optional<StepLines> table = Optional.empty();
    private Optional<StepLines> groups = Optional.empty();
    private Optional<StepLines> index = Optional.empty();
    /** The mark of the checkpoint before the newest. */
    private long before;

    private long newest;

    /** A recorded moment: its steps, and how the names of its arrays begin. */
    private record Moment(long step, String name) {}

    /** @param keep of which moments the matrices stay */
    public MatrixFiles(Path folder, Keep keep) {
        this.folder = folder;
        this.keep = keep;
        this.moments = moments(folder);
    }

    private static List<Moment> moments(Path folder) {
        List<Moment> moments = new ArrayList<>();
        for (StepLines.Block block : StepLines.blocks(index(folder))) {
            Matcher matcher = MOMENT.matcher(block.head());
            if (matcher.matches()) {
                moments.add(new Moment(block.step(), matcher.group(1)));
            }
        }
        return moments;
    }

    private static Path index(Path folder) {
        return folder.resolve("matrices.jsonl");
    }

    private static Path archive(Path folder) {
        return folder.resolve("matrices.npz");
    }

    private Path table() {
        return folder.resolve("matrices.csv");
    }

    private Path groups() {
        return folder.resolve("groups.csv");
    }

    // ---- a moment more ----

    /** Appends the matrices of a moment, whose step is after that of the last one. */
    public void write(RecordedMatrices recorded) {
        Map<String, double[][]> kinds =
                MatrixText.kinds(recorded.hessianName(), recorded.hessian(), recorded.regularized());
        boolean text = MatrixText.isText(recorded.names().size());
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        MatrixText.arrays(kinds).forEach((kind, array) -> arrays.put(recorded.prefix() + "." + kind, array));
        archive().append(arrays);
        if (text) {
            if (table.isEmpty()) {
                table = Optional.of(StepLines.open(table(), MatrixText.header(recorded.names())));
            }
            table.get().append(MatrixText.rows(recorded, kinds));
        }
        recorded.rates().ifPresent(rates -> {
            if (groups.isEmpty()) {
                groups = Optional.of(StepLines.open(groups(), GroupRates.header()));
            }
            groups.get().append(rates.rows(recorded.step(), recorded.epoch()));
        });
        if (index.isEmpty()) {
            index = Optional.of(StepLines.open(index(folder), ""));
        }
        index.get().append(MatrixText.line(recorded, text ? kinds : Map.of()));
        moments.add(new Moment(recorded.step(), recorded.prefix()));
    }

    private NpzAppender archive() {
        if (archive.isEmpty()) {
            archive = Optional.of(NpzAppender.open(archive(folder)));
        }
        return archive.get();
    }

    // ---- going on ----

    /** Whether the files of a folder have what they had at this mark, once what a kill tore is mended. */
    public static boolean holds(Path folder, long mark) {
        if (mark == 0) {
            return true;
        }
        Optional<Moment> last = moments(folder).stream()
                .filter(moment -> moment.step() == mark - 1)
                .findFirst();
        if (last.isEmpty() || Files.notExists(archive(folder))) {
            return false;
        }
        try (NpzAppender archive = NpzAppender.open(archive(folder))) {
            return archive.names().stream()
                    .anyMatch(name -> moment(name).equals(last.get().name()));
        } catch (WriteException noArchive) {
            return false;
        }
    }

    private static String moment(String array) {
        return array.substring(0, Math.max(0, array.indexOf('.')));
    }

    /** One more than the step of the last moment, 0 without any: it does not change when earlier ones go. */
    @Override
    public long mark() {
        return moments.isEmpty() ? 0 : moments.get(moments.size() - 1).step() + 1;
    }

    @Override
    public void force() {
        archive.ifPresent(NpzAppender::force);
        open().forEach(StepLines::force);
    }

    private List<StepLines> open() {
        return List.of(index, table, groups).stream().flatMap(Optional::stream).toList();
    }

    @Override
    public void cutBack(long mark) {
        moments.removeIf(moment -> moment.step() >= mark);
        newest = mark;
        before = mark;
        index = reopened(index, index(folder));
        table = reopened(table, table());
        groups = reopened(groups, groups());
        open().forEach(lines -> lines.dropFrom(mark));
        if (Files.exists(archive(folder))) {
            Collection<String> kept = names();
            List<String> names = archive().names();
            int count = names.size();
            while (count > 0 && !kept.contains(moment(names.get(count - 1)))) {
                count--;
            }
            archive().cutBack(count);
        }
    }

    /** Of a file that is there; without a line it has not even its header. */
    private static Optional<StepLines> reopened(Optional<StepLines> lines, Path file) {
        return lines.isPresent() || !LineStream.hasLine(file) ? lines : Optional.of(StepLines.open(file, ""));
    }

    private Collection<String> names() {
        return moments.stream().map(Moment::name).collect(Collectors.toSet());
    }

    // ---- keep ----

    /**
     * A checkpoint of this mark is safe: the moments that the one before it, which may be needed, does not keep may go.
     */
    public void checkpointed(long mark) {
        before = newest;
        newest = mark;
        keep.moments().ifPresent(count -> keepLast(count, before));
    }

    /** The run is over: the moments that are not kept go. */
    public void finish() {
        keep.moments().ifPresent(count -> keepLast(count, Long.MAX_VALUE));
    }

    /** Drops the moments before the last {@code count} of those with steps less than {@code mark}. */
    private void keepLast(int count, long mark) {
        long[] steps = moments.stream()
                .mapToLong(Moment::step)
                .filter(step -> step < mark)
                .toArray();
        if (steps.length <= count) {
            return;
        }
        long first = steps[steps.length - count];
        moments.removeIf(moment -> moment.step() < first);
        open().forEach(lines -> lines.dropBefore(first));
        Collection<String> kept = names();
        NpzAppender opened = archive();
        List<String> names = opened.names().stream()
                .filter(name -> kept.contains(moment(name)))
                .toList();
        opened.close();
        NpzFile.write(archive(folder), NpzFile.read(archive(folder), names));
        archive = Optional.empty();
    }

    @Override
    public void close() {
        archive.ifPresent(NpzAppender::close);
        open().forEach(StepLines::close);
    }
}
