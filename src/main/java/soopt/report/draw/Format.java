package soopt.report.draw;

import java.util.Locale;

/** What a figure is written as. */
public enum Format {
    SVG,
    PNG,
    PDF;

    /**
     * An empty page.
     *
     * @param width in points
     * @param dpi pixels per inch of a PNG
     * @param title that the file has
     */
    public Canvas canvas(double width, double height, double dpi, String title) {
        return switch (this) {
            case SVG -> new SvgCanvas(width, height, title);
            case PNG -> new PngCanvas(width, height, dpi);
            case PDF -> new PdfCanvas(width, height, title);
        };
    }

    /** As the command line and names of files have it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
