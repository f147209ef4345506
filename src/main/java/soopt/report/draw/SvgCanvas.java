package soopt.report.draw;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import soopt.file.Shown;

/** SVG 1.1 whose text is text: it can be searched, selected and changed. */
final class SvgCanvas implements Canvas {
    private static final String FONTS = "'Liberation Sans', Arial, Helvetica, sans-serif";

    /** Width of the line around a hollow mark, in radii. */
    static final double HOLLOW = 0.55;

    private final StringBuilder out = new StringBuilder();
    private int clips;

    /** @param title for readers of screens */
    SvgCanvas(double width, double height, String title) {
        out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\""
                + " xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"" + number(width) + "pt\" height=\""
                + number(height) + "pt\" viewBox=\"0 0 " + number(width) + " " + number(height)
                + "\" font-family=\"" + FONTS + "\" role=\"img\">\n<title>" + escaped(title) + "</title>\n");
        rectangle(new Box(0, 0, width, height), Colour.WHITE);
    }

    @Override
    public void begin(String kind, String title) {
        out.append("<g class=\"").append(escaped(kind)).append("\">");
        if (!title.isEmpty()) {
            out.append("<title>").append(escaped(title)).append("</title>");
        }
        out.append('\n');
    }

    @Override
    public void end() {
        out.append("</g>\n");
    }

    @Override
    public void line(double[] x, double[] y, Pen pen) {
        out.append("<polyline fill=\"none\" stroke-linejoin=\"round\" stroke=\"")
                .append(pen.colour().hex())
                .append("\" stroke-width=\"")
                .append(number(pen.width()))
                .append('"');
        opacity("stroke-opacity", pen.colour());
        double[] dashes = pen.points();
        if (dashes.length > 0) {
            out.append(" stroke-dasharray=\"");
            for (int i = 0; i < dashes.length; i++) {
                out.append(i == 0 ? "" : ",").append(number(dashes[i]));
            }
            out.append('"');
        }
        points(x, y);
    }

    private void points(double[] x, double[] y) {
        out.append(" points=\"");
        for (int i = 0; i < x.length; i++) {
            out.append(i == 0 ? "" : " ").append(number(x[i])).append(',').append(number(y[i]));
        }
        out.append("\"/>\n");
    }

    @Override
    public void area(double[] x, double[] y, Colour fill) {
        out.append("<polygon fill=\"").append(fill.hex()).append('"');
        opacity("fill-opacity", fill);
        points(x, y);
    }

    private void opacity(String name, Colour colour) {
        if (colour.opacity() < 1) {
            out.append(' ')
                    .append(name)
                    .append("=\"")
                    .append(number(colour.opacity()))
                    .append('"');
        }
    }

    @Override
    public void rectangle(Box box, Colour fill) {
        out.append("<rect")
                .append(of(box))
                .append(" fill=\"")
                .append(fill.hex())
                .append('"');
        opacity("fill-opacity", fill);
        out.append("/>\n");
    }

    private static String of(Box box) {
        return " x=\"" + number(box.x()) + "\" y=\"" + number(box.y()) + "\" width=\"" + number(box.width())
                + "\" height=\"" + number(box.height()) + "\"";
    }

    @Override
    public void mark(Mark mark, double x, double y, double radius, Colour colour, boolean hollow) {
        String paint = " class=\"" + (hollow ? "hollow" : "full") + "\" fill=\""
                + (hollow ? Colour.WHITE : colour).hex() + "\" stroke=\"" + colour.hex() + "\" stroke-width=\""
                + number(hollow ? radius * HOLLOW : 0) + "\"";
        if (mark.isRound()) {
            out.append("<circle cx=\"" + number(x) + "\" cy=\"" + number(y) + "\" r=\"" + number(radius) + "\"" + paint
                    + "/>\n");
        } else {
            out.append("<polygon").append(paint);
            points(mark.xs(x, radius), mark.ys(y, radius));
        }
    }

    @Override
    public void text(Words words, double x, double y, Lettering lettering) {
        if (words.isEmpty()) {
            return;
        }
        out.append("<text x=\"")
                .append(number(x))
                .append("\" y=\"")
                .append(number(y))
                .append("\" font-size=\"");
        out.append(number(lettering.size()))
                .append("\" fill=\"")
                .append(lettering.colour().hex());
        out.append("\" text-anchor=\"")
                .append(lettering.anchor().name().toLowerCase(Locale.ROOT))
                .append('"');
        if (lettering.upright()) {
            out.append(" transform=\"rotate(-90 " + number(x) + " " + number(y) + ")\"");
        }
        out.append('>');
        double rise = 0;
        for (Words.Span span : words.spans()) {
            double shift = (rise - span.rise()) * lettering.size();
            if (shift == 0 && span.level() == 0) {
                out.append(escaped(span.text()));
            } else {
                out.append("<tspan dy=\"" + number(shift) + "\" font-size=\"" + number(lettering.size() * span.scale())
                        + "\">" + escaped(span.text()) + "</tspan>");
            }
            rise = span.rise();
        }
        out.append("</text>\n");
    }

    @Override
    public void cells(int[] rgb, int columns, int rows, Box box) {
        byte[] png = PngCanvas.cells(rgb, columns, rows);
        out.append(
                "<image" + of(box) + " preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" xlink:href=\""
                        + "data:image/png;base64," + Base64.getEncoder().encodeToString(png) + "\"/>\n");
    }

    @Override
    public void clip(Box box) {
        String id = "clip" + clips++;
        out.append(
                "<clipPath id=\"" + id + "\"><rect" + of(box) + "/></clipPath>\n<g clip-path=\"url(#" + id + ")\">\n");
    }

    @Override
    public void unclip() {
        out.append("</g>\n");
    }

    @Override
    public byte[] finish() {
        return out.append("</svg>\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** To a hundredth of a point. */
    private static String number(double value) {
        long hundredths = Math.round(value * 100);
        String sign = hundredths < 0 ? "-" : "";
        long size = Math.abs(hundredths);
        long rest = size % 100;
        String fraction = rest == 0 ? "" : rest % 10 == 0 ? "." + rest / 10 : rest < 10 ? ".0" + rest : "." + rest;
        return sign + size / 100 + fraction;
    }

    /** What XML 1.0 cannot hold, controls and two last code points of its plane, is shown or replaced. */
    private static String escaped(String text) {
        return Shown.line(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace('\ufffe', '\ufffd')
                .replace('\uffff', '\ufffd');
    }
}
