package soopt.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import soopt.experiment.claim.Claim;
import soopt.experiment.claim.Holder;
import soopt.experiment.claim.Owner;
import soopt.experiment.file.Experiment;
import soopt.experiment.folder.Meta;
import soopt.experiment.folder.RunDirectoryException;
import soopt.file.JsonObject;
import soopt.file.Problems;
import soopt.file.WholeFile;
import soopt.file.WriteException;
import soopt.spec.Binder;
import soopt.spec.SpecSource;

/**
 * plan.json: which runs a sweep has, by numbers that never change. It holds the experiment file too, so that whoever
 * starts a run of it reads nothing else; sweep.yaml beside it is that file for people. A run of a plan is the folder of
 * its id, whoever made it.
 *
 * @param experiment the name of the experiment, and of the folder the plan lies in
 * @param file what messages call the experiment file
 * @param source the experiment file, word by word
 * @param folders where files with relative names are looked up
 * @param overrides the arguments that set one value
 * @param entries one per run, each at its index
 */
public record Plan(
        String experiment,
        String file,
        String source,
        List<Path> folders,
        List<String> overrides,
        List<Entry> entries) {
    /** Its name in the folder of the experiment. */
    public static final String NAME = "plan.json";

    private static final int FORMAT = 1;
    /** Ten seconds; a plan is written in less. */
    private static final int TRIES = 100;

    private static final long PAUSE_NANOSECONDS = 100_000_000;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    public Plan {
        folders = List.copyOf(folders);
        overrides = List.copyOf(overrides);
        entries = List.copyOf(entries);
    }

    public static Plan of(Expansion expansion) {
        SpecSource source = expansion.source();
        return new Plan(
                expansion.members().get(0).experiment().experiment(),
                source.name(),
                source.text(),
                source.folders().stream().map(Path::toAbsolutePath).toList(),
                source.overrides(),
                expansion.members().stream().map(Expansion.Member::entry).toList());
    }

    // ---- one run of it ----

    /**
     * The run of an index.
     *
     * @throws RunDirectoryException if there is none, or if the sweep has it no more
     */
    public Entry entry(int index) {
        if (index < 0 || index >= entries.size()) {
            throw new RunDirectoryException("the plan of " + experiment + " has the runs 0 to " + (entries.size() - 1)
                    + ", and " + index + " is none of them");
        }
        Entry entry = entries.get(index);
        if (entry.dropped()) {
            throw new RunDirectoryException("run " + index + " (" + entry.runId() + ") is in the plan of " + experiment
                    + " no more: the sweep was changed");
        }
        return entry;
    }

    /** The experiment file with the overrides of a run. */
    public SpecSource source(Entry entry) {
        List<String> all = new ArrayList<>(overrides);
        all.addAll(entry.overrides());
        return SpecSource.parse(file, folders, source).with(all);
    }

    /**
     * The experiment of a run.
     *
     * @throws RunDirectoryException if it is not the one that the plan was made of
     */
    public Experiment experiment(Entry entry) {
        Experiment bound = Binder.bind(source(entry), Experiment.class);
        bound.requireFiles();
        String id = bound.runId(entry.seed());
        if (!id.equals(entry.runId())) {
            throw new RunDirectoryException("run " + entry.index() + " of the plan of " + experiment + " was "
                    + entry.runId() + " and is " + id
                    + " now: a file that it names holds other data than when the sweep"
                    + " began, or this is another version of soopt; begin a sweep of another name (experiment=…)");
        }
        return bound;
    }

    /** The runs that the sweep still has. */
    public List<Entry> current() {
        return entries.stream().filter(entry -> !entry.dropped()).toList();
    }

    // ---- a sweep that meets an earlier one ----

    /**
     * The plan after a sweep of the same name: as it was if the sweep has no other runs than it.
     *
     * @param extend whether new runs are appended; what the sweep has no more is kept as dropped
     * @throws RunDirectoryException if the sweep has other runs and it is not to be extended
     */
    public Plan with(Plan sweep, boolean extend) {
        Map<String, Entry> known = new LinkedHashMap<>();
        entries.forEach(entry -> known.put(entry.runId(), entry));
        List<Entry> fresh = sweep.entries.stream()
                .filter(entry -> !known.containsKey(entry.runId()))
                .toList();
        Set<String> had = current().stream().map(Entry::runId).collect(Collectors.toSet());
        List<Entry> missing = sweep.entries.stream()
                .filter(entry -> !had.contains(entry.runId()))
                .toList();
        if (missing.isEmpty()) {
            return this;
        }
        if (!extend) {
            throw new RunDirectoryException(changed(sweep, missing));
        }
        return extended(sweep, fresh);
    }

    private Plan extended(Plan sweep, List<Entry> fresh) {
        Map<String, Entry> now = new LinkedHashMap<>();
        sweep.entries.forEach(entry -> now.put(entry.runId(), entry));
        int offset = 1 + entries.stream().mapToInt(Entry::combination).max().orElse(-1);
        Map<Integer, Integer> combinations = new LinkedHashMap<>();
        for (Entry entry : entries) {
            Optional.ofNullable(now.get(entry.runId()))
                    .ifPresent(same -> combinations.putIfAbsent(same.combination(), entry.combination()));
        }
        List<Entry> all = new ArrayList<>();
        for (Entry entry : entries) {
            all.add(
                    now.containsKey(entry.runId())
                            ? now.get(entry.runId()).at(entry.index(), entry.combination())
                            : entry.gone());
        }
        for (Entry entry : fresh) {
            int combination = combinations.computeIfAbsent(
                    entry.combination(),
                    one -> offset
                            + (int) combinations.values().stream()
                                    .filter(number -> number >= offset)
                                    .distinct()
                                    .count());
            all.add(entry.at(all.size(), combination));
        }
        return new Plan(experiment, sweep.file, sweep.source, sweep.folders, sweep.overrides, all);
    }

    private String changed(Plan sweep, List<Entry> fresh) {
        Set<String> now = sweep.entries.stream().map(Entry::runId).collect(Collectors.toSet());
        List<Entry> gone =
                current().stream().filter(entry -> !now.contains(entry.runId())).toList();
        return "the sweep " + experiment + " was begun with other runs: " + fresh.size() + " of the "
                + sweep.entries.size() + " are not in its plan" + Difference.words(this, gone, sweep, fresh)
                + "; add them to it with --extend, or give the sweep another name with experiment=…";
    }

    // ---- the file ----

    /** Where the plan of an experiment lies. */
    public static Path path(Path results, String experiment) {
        return results.resolve(experiment).resolve(NAME);
    }

    /**
     * Writes the plan that a sweep has with the one that is there, if one is; of several processes at once each finds
     * what the others have added.
     *
     * @param extend as in {@link #with}
     * @return the plan as it is now
     * @throws RunDirectoryException if the results folder cannot be written, or the plan that is there has other runs
     */
    public Plan enter(Path results, boolean extend) {
        Path folder = path(results, experiment).getParent();
        try (Claim claim = claim(folder.resolve("runs/.claims/plan"))) {
            Plan now = find(results, experiment)
                    .map(earlier -> earlier.with(this, extend))
                    .orElse(this);
            claim.require();
            now.write(results);
            return now;
        } catch (IOException e) {
            throw unwritable(results, Problems.reason(e));
        }
    }

    private Claim claim(Path file) throws IOException {
        Owner here = Owner.here();
        Claim.Attempt attempt = Claim.acquire(file, here, false);
        for (int i = 0; i < TRIES && attempt.claim().isEmpty(); i++) {
            LockSupport.parkNanos(PAUSE_NANOSECONDS);
            attempt = Claim.acquire(file, here, false);
        }
        Optional<Holder> holder = attempt.holder();
        return attempt.claim()
                .orElseThrow(() -> new RunDirectoryException("the plan of " + experiment + " is being written"
                        + holder.map(other -> other.refusal(here)).orElse("")));
    }

    /**
     * Writes plan.json and sweep.yaml, each at once; a plan that is there already in the same words is left alone.
     *
     * @throws RunDirectoryException if the results folder cannot be written
     */
    void write(Path results) {
        Path path = path(results, experiment);
        String text = json();
        try {
            if (Files.isRegularFile(path) && Files.readString(path).equals(text)) {
                return;
            }
            Files.createDirectories(path.getParent());
            WholeFile.write(path.resolveSibling("sweep.yaml"), source);
            WholeFile.write(path, text);
        } catch (IOException e) {
            throw unwritable(results, Problems.reason(e));
        } catch (WriteException e) {
            throw unwritable(results, e.getMessage());
        }
    }

    private static RunDirectoryException unwritable(Path results, String why) {
        return new RunDirectoryException(
                "cannot write to the results folder " + results + ": " + why + "; choose another with --results");
    }

    /** An object of several lines: a line per run. */
    String json() {
        String head = new JsonObject()
                .put("format", FORMAT)
                .put("experiment", experiment)
                .put("soopt_version", Meta.version())
                .put("file", file)
                .put("folders", folders.stream().map(Path::toString).toList())
                .put("overrides", overrides)
                .put("source", source)
                .line();
        String runs = entries.stream().map(entry -> entry.json().line()).collect(Collectors.joining(",\n"));
        return head.substring(0, head.length() - 1) + ",\n\"runs\":[\n" + runs + "\n]}\n";
    }

    /**
     * Reads a plan.
     *
     * @param path plan.json or the folder it lies in
     * @throws RunDirectoryException if it is not there or not one
     */
    public static Plan read(Path path) {
        Path file = Files.isDirectory(path) ? path.resolve(NAME) : path;
        if (!Files.isRegularFile(file)) {
            throw new RunDirectoryException(file + " is no plan: there is no such file; soopt sweep makes one");
        }
        try {
            JsonNode node = MAPPER.readTree(Files.readString(file, StandardCharsets.UTF_8));
            List<Entry> entries = new ArrayList<>();
            node.path("runs").forEach(entry -> entries.add(Entry.read(entry)));
            requirePlan(file, node, entries);
            return new Plan(
                    node.path("experiment").asText(),
                    node.path("file").asText(),
                    node.path("source").asText(),
                    Entry.texts(node.path("folders")).stream().map(Path::of).toList(),
                    Entry.texts(node.path("overrides")),
                    entries);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw damaged(file);
        } catch (IOException e) {
            throw new RunDirectoryException("cannot read " + file + ": " + Problems.reason(e), e);
        }
    }

    /** The plan of an experiment, if there is one. */
    public static Optional<Plan> find(Path results, String experiment) {
        Path path = path(results, experiment);
        return Files.exists(path) ? Optional.of(read(path)) : Optional.empty();
    }

    private static void requirePlan(Path file, JsonNode node, List<Entry> entries) {
        if (node.path("format").asInt() > FORMAT) {
            throw new RunDirectoryException(file + " was written by a later version of soopt ("
                    + node.path("soopt_version").asText() + "): use that one");
        }
        boolean isPlan = node.path("format").asInt() == FORMAT && !entries.isEmpty();
        for (int i = 0; i < entries.size(); i++) {
            isPlan &= entries.get(i).index() == i && entries.get(i).runId().matches("[0-9a-f]{12}");
        }
        if (!isPlan) {
            throw damaged(file);
        }
    }

    private static RunDirectoryException damaged(Path file) {
        return new RunDirectoryException(file + " is damaged: delete it and start the sweep again, which makes the same"
                + " plan of the same file; finished runs are kept");
    }
}
