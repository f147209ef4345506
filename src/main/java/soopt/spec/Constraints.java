package soopt.spec;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;

/** Holds the components of a record to their annotations. */
public final class Constraints {
    private Constraints() {}

    /**
     * Checks values against the {@link Range} of their components; called first in a compact constructor.
     *
     * @throws SpecException with one line per component that is out of range
     */
    public static void check(Class<? extends Record> type, Object... components) {
        List<String> problems = new ArrayList<>();
        RecordComponent[] declared = type.getRecordComponents();
        for (int i = 0; i < declared.length; i++) {
            Range range = declared[i].getAnnotation(Range.class);
            if (range != null && components[i] instanceof Number number) {
                double value = number.doubleValue();
                if (!(value >= range.min() && value <= range.max() && value > range.above() && value < range.below())) {
                    problems.add(declared[i].getName() + " is " + number + ", out of range " + range);
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new SpecException(problems);
        }
    }
}
