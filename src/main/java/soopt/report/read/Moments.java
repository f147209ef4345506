package soopt.report.read;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import soopt.experiment.folder.RunDirectoryException;
import soopt.file.CsvTable;
import soopt.file.Problems;
import soopt.file.Shown;

/**
 * The moments of a run at which its matrices were recorded, in order.
 *
 * @param all none where nothing was recorded
 */
public record Moments(List<Moment> all) {
    private static final JsonFactory JSON = new JsonFactory();

    public Moments {
        all = List.copyOf(all);
    }

    /** Those that matrices/matrices.jsonl of a run folder tells; half a last line does not count. */
    public static Moments of(Path runFolder) {
        Path folder = runFolder.resolve("matrices");
        Path index = folder.resolve("matrices.jsonl");
        if (!Files.isRegularFile(index)) {
            return new Moments(List.of());
        }
        Roles roles = Roles.of(runFolder);
        List<Moment> moments = new ArrayList<>();
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(Files.newInputStream(index), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.endsWith("}")) {
                    moment(folder, line, roles).ifPresent(moments::add);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + index + ": " + Problems.reason(e), e);
        }
        return new Moments(moments);
    }

    /** The groups as learning_rates.csv has them; without it names alone tell. */
    private record Roles(List<String> names, List<String> roles) {
        static Roles of(Path runFolder) {
            CsvTable table =
                    CsvTable.first(runFolder.resolve("learning_rates.csv"), List.of("group_index", "group", "role"));
            List<String> names = new ArrayList<>();
            List<String> roles = new ArrayList<>();
            for (int row = 0; row < table.size() && !names.contains(table.text(row, "group")); row++) {
                names.add(table.text(row, "group"));
                roles.add(table.text(row, "role"));
            }
            return new Roles(names, roles);
        }

        /** @param told by the moment itself; of more than 1,000 groups it tells none */
        List<Group> groups(List<String> told) {
            List<String> wanted = told.isEmpty() ? names : told;
            return wanted.equals(names) ? Group.of(names, roles) : Group.of(wanted);
        }
    }

    /** What comes before the matrices of a line, which may be MB. */
    private static Optional<Moment> moment(Path folder, String line, Roles roles) throws IOException {
        long step = -1;
        int epoch = 0;
        String name = "";
        String source = "";
        OptionalLong refresh = OptionalLong.empty();
        List<String> groups = new ArrayList<>();
        try (JsonParser json = JSON.createParser(line)) {
            boolean isHead = json.nextToken() == JsonToken.START_OBJECT;
            while (isHead && json.nextToken() == JsonToken.FIELD_NAME) {
                String key = json.currentName();
                json.nextToken();
                switch (key) {
                    case "step" -> step = json.getLongValue();
                    case "epoch" -> epoch = json.getIntValue();
                    case "moment" -> name = json.getText();
                    case "source" -> source = json.getText();
                    case "refresh_step" -> refresh = OptionalLong.of(json.getLongValue());
                    case "groups" -> {
                        while (json.nextToken() == JsonToken.VALUE_STRING) {
                            groups.add(json.getText());
                        }
                    }
                    default -> isHead = false;
                }
            }
        } catch (JsonProcessingException damaged) {
            return Optional.empty();
        }
        return step < 0 || name.isEmpty()
                ? Optional.empty()
                : Optional.of(new Moment(folder, step, epoch, name, source, refresh, roles.groups(groups)));
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }

    public Optional<Moment> first() {
        return all.stream().findFirst();
    }

    public Optional<Moment> last() {
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    /**
     * A moment that was asked for.
     *
     * @param words which of the words asked for it: "first", "best, last"
     */
    public record Chosen(String words, Moment moment) {}

    /**
     * The moments that these words mean: first, last, best (the one nearest to the best epoch), an epoch, or a name as
     * e0003 and s000200; each once, in order of time.
     *
     * @param best the best epoch of the run, if it is known
     * @throws RunDirectoryException if one is not there
     */
    public List<Chosen> chosen(List<String> words, OptionalInt best) {
        Map<Moment, String> chosen = new TreeMap<>(Comparator.comparingLong(Moment::step));
        for (String word : words) {
            Optional<Moment> moment = switch (word) {
                case "first" -> first();
                case "last" -> last();
                case "best" -> best.isPresent() ? nearest(best.getAsInt()) : last();
                default -> named(word);
            };
            Moment found = moment.orElseThrow(() -> unknown(word));
            chosen.merge(found, word, (before, now) -> before + ", " + now);
        }
        return chosen.entrySet().stream()
                .map(each -> new Chosen(each.getValue(), each.getKey()))
                .toList();
    }

    private RunDirectoryException unknown(String word) {
        String known = all.stream().map(Moment::name).collect(Collectors.joining(", "));
        return new RunDirectoryException("there are no matrices of " + Shown.quoted(word) + "; known: first, best, last"
                + (isEmpty() ? "" : ", an epoch, " + Shown.cut(known, 200)));
    }

    /** The one after this epoch, of several the last; else the nearest. */
    public Optional<Moment> nearest(int epoch) {
        return all.stream()
                .min(Comparator.<Moment>comparingInt(moment -> Math.abs(moment.epoch() - epoch))
                        .thenComparing(Comparator.comparingLong(Moment::step).reversed()));
    }

    /** The one of this name, e0003 or s000200, or after this epoch. */
    public Optional<Moment> named(String word) {
        return all.stream()
                .filter(moment -> moment.name().equals(word) || ("" + moment.epoch()).equals(word))
                .reduce((before, after) -> after);
    }
}
