package soopt.report.read;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import soopt.file.CsvTable;

/**
 * The learning rates of each group in the course of a run: learning_rates.csv, or where the method has no such rates
 * those that recorded curvature would give it: matrices/groups.csv.
 *
 * @param courses by group, in the order of H̄; none where neither is there
 * @param recorded whether no step was made with them: then all kinds are η of the cubic step
 */
public record Rates(List<Course> courses, boolean recorded) {
    private static final String ETA = "eta";

    private static final List<String> NUMBERS =
            List.of("step", "epoch", "eta_raw", "eta_averaged", "eta_used", "eta_applied");

    /** One of the rates that the file has of every group. */
    public enum Kind {
        /** Of the cubic step. */
        RAW("raw", "eta_raw"),
        /** Its running average. */
        AVERAGED("averaged", "eta_averaged"),
        /** The average, or its positive part. */
        USED("used", "eta_used"),
        /** Step size × used. */
        APPLIED("applied", "eta_applied");

        private final String word;
        private final String column;

        Kind(String word, String column) {
            this.word = word;
            this.column = column;
        }

        /** Of learning_rates.csv. */
        public String column() {
            return column;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /**
     * @param steps [n] the steps that use the rates first, from 1
     * @param epochs [n] their epochs, from 1
     * @param rates [n] of each kind
     */
    public record Course(Group group, double[] steps, double[] epochs, Map<Kind, double[]> rates) {
        /** Against steps; also rates that are negative or 0. */
        public Series series(Kind kind) {
            return Series.of(steps, rates.get(kind));
        }
    }

    /** Those that steps were made with; without courses where the method has none. */
    public static Rates of(Path runFolder) {
        List<String> wanted = new ArrayList<>(NUMBERS);
        wanted.addAll(List.of("group", "role"));
        CsvTable used = CsvTable.read(runFolder.resolve("learning_rates.csv"), wanted);
        return new Rates(courses(used, Kind::column, 0), false);
    }

    /** The same, or where there are none those that recorded curvature would give. */
    public static Rates usedOrRecorded(Path runFolder) {
        Rates used = of(runFolder);
        if (!used.isEmpty()) {
            return used;
        }
        CsvTable recorded = CsvTable.read(
                runFolder.resolve("matrices").resolve("groups.csv"), List.of("step", "epoch", "group", "role", ETA));
        return new Rates(courses(recorded, kind -> ETA, 1), true);
    }

    /** @param later what is added to the steps of the table: one that counts those that are done */
    private static List<Course> courses(CsvTable table, Function<Kind, String> column, int later) {
        Map<String, List<Integer>> rows = new LinkedHashMap<>();
        for (int row = 0; row < table.size(); row++) {
            rows.computeIfAbsent(table.text(row, "group"), name -> new ArrayList<>())
                    .add(row);
        }
        List<String> names = List.copyOf(rows.keySet());
        List<String> roles = names.stream()
                .map(name -> table.text(rows.get(name).get(0), "role"))
                .toList();
        List<Course> courses = new ArrayList<>();
        for (Group group : Group.of(names, roles)) {
            int[] mine =
                    rows.get(group.name()).stream().mapToInt(Integer::intValue).toArray();
            Map<Kind, double[]> rates = new LinkedHashMap<>();
            for (Kind kind : Kind.values()) {
                rates.put(kind, column(table, mine, column.apply(kind)));
            }
            double[] steps = Arrays.stream(column(table, mine, "step"))
                    .map(step -> step + later)
                    .toArray();
            courses.add(new Course(group, steps, column(table, mine, "epoch"), rates));
        }
        return List.copyOf(courses);
    }

    private static double[] column(CsvTable table, int[] rows, String name) {
        return Arrays.stream(rows).mapToDouble(row -> table.number(row, name)).toArray();
    }

    public boolean isEmpty() {
        return courses.isEmpty();
    }
}
