package soopt.cli.doctor;

import soopt.cli.terminal.Table;
import soopt.file.JsonObject;

/** What was found: rows for people, an object for programs. */
final class Findings {
    static final String OK = "ok";
    static final String ABSENT = "absent";
    static final String WRONG = "WRONG";

    private final Table table = new Table("", "", "");
    private final JsonObject object = new JsonObject();

    /** @param state one word, or nothing */
    void row(String state, String what, String text) {
        table.row(state, what, text);
    }

    JsonObject json() {
        return object;
    }

    String text() {
        return table.shown("");
    }
}
