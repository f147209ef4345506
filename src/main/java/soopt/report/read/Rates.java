package soopt.report.read;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import soopt.file.CsvTable;

/**
 * The learning rates of each group in the course of a run: learning_rates.csv.
 *
 * @param courses by group, in the order of H̄; none where the method has no such rates
 */
public record Rates(List<Course> courses) {
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

    /** Without courses where the file is missing or has no rows. */
    public static Rates of(Path runFolder) {
        List<String> wanted = new ArrayList<>(NUMBERS);
        wanted.addAll(List.of("group", "role"));
        CsvTable table = CsvTable.read(runFolder.resolve("learning_rates.csv"), wanted);
        Map<String, List<Integer>> rows = new LinkedHashMap<>();
        for (int row = 0; row < table.size(); row++) {
            rows.computeIfAbsent(table.text(row, "group"), name -> new ArrayList<>())
                    .add(row);
        }
        List<String> names = List.copyOf(rows.keySet());
        List<String> roles = names.stream()
                .map(name -> table.text(rows.get(name).get(0), "role"))
                .toList();
        List<Group> groups = Group.of(names, roles);
        List<Course> courses = new ArrayList<>();
        for (Group group : groups) {
            int[] mine =
                    rows.get(group.name()).stream().mapToInt(Integer::intValue).toArray();
            Map<Kind, double[]> rates = new LinkedHashMap<>();
            for (Kind kind : Kind.values()) {
                rates.put(kind, column(table, mine, kind.column));
            }
            courses.add(new Course(group, column(table, mine, "step"), column(table, mine, "epoch"), rates));
        }
        return new Rates(List.copyOf(courses));
    }

    private static double[] column(CsvTable table, int[] rows, String name) {
        return Arrays.stream(rows).mapToDouble(row -> table.number(row, name)).toArray();
    }

    public boolean isEmpty() {
        return courses.isEmpty();
    }
}
