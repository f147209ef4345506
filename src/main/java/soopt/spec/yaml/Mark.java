package soopt.spec.yaml;

import java.util.Comparator;
import soopt.file.Shown;

/**
 * Where something was written. Sorts as the reader meets it: the file from the top, then the overrides in their order.
 *
 * @param where what a message begins with: {@code f.yaml:9:3} or {@code override 'a.b=v'}
 * @param line in the file, from 1
 * @param column in the line, from 1; the index of an override
 */
public record Mark(String where, int line, int column) implements Comparable<Mark> {
    private static final Comparator<Mark> ORDER =
            Comparator.comparingInt(Mark::line).thenComparingInt(Mark::column);

    public static Mark inFile(String name, int line, int column) {
        return new Mark(Shown.line(name) + ":" + line + ":" + column, line, column);
    }

    public static Mark ofOverride(String text, int index) {
        return new Mark("override " + Shown.quoted(text), Integer.MAX_VALUE, index);
    }

    public boolean isInFile() {
        return line < Integer.MAX_VALUE;
    }

    @Override
    public int compareTo(Mark other) {
        return ORDER.compare(this, other);
    }
}
