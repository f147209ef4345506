package soopt.spec.yaml;

import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.parser.Parser;

/** The events of a parser, as long as they are of a document that a person could have written. */
final class BoundedParser implements Parser {
    /** Keys, values, lists and mappings of one document, aliases counted with all they stand for. */
    static final int MOST_VALUES = 50_000;

    private static final int DEEPEST = 50;

    private final Parser parser;
    private int depth;
    private int values;

    /** More than is read, and where. */
    static final class Excess extends MarkedYAMLException {
        private static final long serialVersionUID = 1L;

        Excess(String problem, Mark mark) {
            super(null, null, problem, mark);
        }
    }

    BoundedParser(Parser parser) {
        this.parser = parser;
    }

    @Override
    public boolean checkEvent(Event.ID choice) {
        return parser.checkEvent(choice);
    }

    @Override
    public Event peekEvent() {
        return parser.peekEvent();
    }

    @Override
    public Event getEvent() {
        Event event = parser.getEvent();
        switch (event.getEventId()) {
            case Scalar, Alias -> count(event, 0);
            case SequenceStart, MappingStart -> count(event, 1);
            case SequenceEnd, MappingEnd -> depth--;
            default -> {}
        }
        return event;
    }

    private void count(Event event, int deeper) {
        values++;
        depth += deeper;
        if (values > MOST_VALUES) {
            throw new Excess("more than " + MOST_VALUES + " keys and values", event.getStartMark());
        }
        if (depth > DEEPEST) {
            throw new Excess("nested deeper than " + DEEPEST + " levels", event.getStartMark());
        }
    }
}
