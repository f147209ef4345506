package soopt.file;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A CSV file read whole. It may still be written, or have been when its process was killed: a last line without its end
 * does not count, nor does a row of another length than the header. A file that is missing has no rows.
 */
public final class CsvTable {
    /** Of a file that is missing. */
    public static final CsvTable NONE = new CsvTable(List.of());

    /** Rows that tell what a file is about. */
    private static final int BEGINNING = 10_000;

    private final List<String> columns;
    private final List<List<String>> rows;

    private CsvTable(List<List<String>> lines) {
        this.columns = lines.isEmpty() ? List.of() : lines.get(0);
        this.rows = lines.stream()
                .skip(1)
                .filter(row -> row.size() == columns.size())
                .toList();
    }

    public static CsvTable read(Path file) {
        if (!Files.isRegularFile(file)) {
            return new CsvTable(List.of());
        }
        try (Stream<String> lines = LineStream.wholeLines(file)) {
            return new CsvTable(lines.map(CsvTable::parse).toList());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + Problems.reason(e), e);
        }
    }

    /**
     * The same of these columns alone, for files of a million rows; what it lacks of them is left out.
     *
     * @param wanted in any order
     */
    public static CsvTable read(Path file, Collection<String> wanted) {
        return selected(file, wanted, Long.MAX_VALUE);
    }

    /** The same of its first {@value #BEGINNING} rows. */
    public static CsvTable first(Path file, Collection<String> wanted) {
        return selected(file, wanted, BEGINNING);
    }

    private static CsvTable selected(Path file, Collection<String> wanted, long rows) {
        List<String> all = header(file);
        int[] places = IntStream.range(0, all.size())
                .filter(column -> wanted.contains(all.get(column)))
                .toArray();
        if (places.length == 0) {
            return NONE;
        }
        Map<String, String> words = new HashMap<>();
        try (Stream<String> lines = LineStream.wholeLines(file)) {
            return new CsvTable(lines.limit(rows == Long.MAX_VALUE ? rows : rows + 1)
                    .map(CsvTable::parse)
                    .filter(row -> row.size() == all.size())
                    .map(row -> Arrays.stream(places)
                            .mapToObj(place -> shared(row.get(place), words))
                            .toList())
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + Problems.reason(e), e);
        }
    }

    /**
     * The rows of such a file one after the other, of which none is kept: for files of any length. To be closed.
     *
     * @param wanted columns, whose fields a row has in this order; one that the file lacks is empty in every row
     */
    public static Stream<List<String>> rows(Path file, List<String> wanted) {
        List<String> header = header(file);
        if (header.isEmpty()) {
            return Stream.empty();
        }
        int[] places = wanted.stream().mapToInt(header::indexOf).toArray();
        return LineStream.eachWholeLine(file)
                .skip(1)
                .map(CsvTable::parse)
                .filter(row -> row.size() == header.size())
                .map(row -> Arrays.stream(places)
                        .mapToObj(place -> place < 0 ? "" : row.get(place))
                        .toList());
    }

    /** A field as {@link #number} reads it. */
    public static double parsed(String field) {
        try {
            return Numbers.parse(field);
        } catch (NumberFormatException none) {
            return Double.NaN;
        }
    }

    /** Names are few, and each is kept once; of numbers few are the same. */
    private static String shared(String field, Map<String, String> words) {
        boolean isWord = !field.isEmpty() && Character.isLetter(field.charAt(0)) && words.size() < BEGINNING;
        return isWord ? words.computeIfAbsent(field, word -> word) : field;
    }

    /** The header of such a file alone, however long the file is; of ours it is ASCII. None if the file is missing. */
    public static List<String> header(Path file) {
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            return Optional.ofNullable(lines.readLine()).map(CsvTable::parse).orElse(List.of());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + Problems.reason(e), e);
        }
    }

    /**
     * The header and the last row alone, however long the file is: a table of one row, or of none if the file is
     * missing or has none.
     */
    public static CsvTable last(Path file) {
        if (!Files.isRegularFile(file)) {
            return new CsvTable(List.of());
        }
        try {
            return new CsvTable(
                    LineStream.ends(file).stream().map(CsvTable::parse).toList());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + Problems.reason(e), e);
        }
    }

    /** No field of ours has a line break, so that damage stays within its line. */
    private static List<String> parse(String line) {
        return line.indexOf('"') < 0 && line.indexOf('\r') < 0 ? List.of(line.split(",", -1)) : quoted(line);
    }

    private static List<String> quoted(String line) {
        try {
            return List.copyOf(CsvReader.builder().ofSingleCsvRecord(line).getFields());
        } catch (CsvParseException damaged) {
            return List.of();
        }
    }

    /** Names of the columns, in order. */
    public List<String> columns() {
        return columns;
    }

    /** Number of rows. */
    public int size() {
        return rows.size();
    }

    /** A field; empty if there is no such column. */
    public String text(int row, String column) {
        int at = columns.indexOf(column);
        return at < 0 ? "" : rows.get(row).get(at);
    }

    /**
     * A field as a number, in the form of {@link Numbers#csv}; NaN if there is no such column or it holds no number.
     */
    public double number(int row, String column) {
        return parsed(text(row, column));
    }

    /** A column as numbers. */
    public double[] numbers(String column) {
        return IntStream.range(0, size())
                .mapToDouble(row -> number(row, column))
                .toArray();
    }
}
