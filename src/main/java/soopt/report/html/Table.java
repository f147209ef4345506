package soopt.report.html;

import java.util.List;

/** A table of a page, whose headers sort it where scripts run. */
final class Table {
    private final StringBuilder body = new StringBuilder();
    private final List<Head> heads;
    private final String id;

    /**
     * A column.
     *
     * @param meaning shown where a mouse rests; may be empty
     */
    record Head(String name, String kind, String meaning) {
        static Head words(String name) {
            return new Head(name, "", "");
        }

        /** Of sentences, which are broken into lines. */
        static Head sentences(String name) {
            return new Head(name, "words", "");
        }

        static Head number(String name, String meaning) {
            return new Head(name, "number", meaning);
        }

        String attribute() {
            return kind.isEmpty() ? "" : " class=\"" + kind + "\"";
        }
    }

    /**
     * A field.
     *
     * @param html what is shown, escaped
     * @param value what it is sorted by and saved as
     */
    record Cell(String html, String value) {
        static Cell text(String text) {
            return new Cell(Html.text(text), text);
        }

        static Cell number(double value) {
            return new Cell(
                    Html.number(value),
                    Double.isFinite(value) ? PageJson.digits(value) : Double.isNaN(value) ? "" : "" + value);
        }

        static Cell state(String state) {
            return new Cell("<span class=\"state %s\">%s</span>".formatted(state, state), state);
        }

        /** As number(), with words after it. */
        Cell and(String words) {
            return new Cell(html + Html.text(words), value);
        }
    }

    Table(String id, List<Head> heads) {
        this.id = id;
        this.heads = List.copyOf(heads);
    }

    /** @param attributes of the row, escaped; may be empty */
    Table row(String attributes, List<Cell> cells) {
        body.append("<tr").append(attributes.isEmpty() ? "" : " " + attributes).append('>');
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            String kind = heads.get(i).attribute();
            String value =
                    cell.html.equals(Html.text(cell.value)) ? "" : " data-value=\"" + Html.text(cell.value) + "\"";
            body.append("<td")
                    .append(kind)
                    .append(value)
                    .append('>')
                    .append(cell.html)
                    .append("</td>");
        }
        body.append("</tr>\n");
        return this;
    }

    String html() {
        StringBuilder head = new StringBuilder();
        for (Head each : heads) {
            String kind = each.attribute();
            String title = each.meaning.isEmpty() ? "" : " title=\"" + Html.text(each.meaning) + "\"";
            head.append("<th scope=\"col\"" + kind + title + ">" + Html.text(each.name) + "</th>");
        }
        return "<table class=\"sortable\" id=\"%s\">\n<thead><tr>%s</tr></thead>\n<tbody>\n%s</tbody>\n</table>"
                .formatted(id, head, body);
    }
}
