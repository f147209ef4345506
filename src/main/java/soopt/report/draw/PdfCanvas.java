package soopt.report.draw;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.GregorianCalendar;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDDocumentInformation;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.apache.pdfbox.pdmodel.graphics.color.PDColor;
import org.apache.pdfbox.pdmodel.graphics.color.PDDeviceRGB;
import org.apache.pdfbox.pdmodel.graphics.image.LosslessFactory;
import org.apache.pdfbox.pdmodel.graphics.image.PDImageXObject;
import org.apache.pdfbox.pdmodel.graphics.state.PDExtendedGraphicsState;
import org.apache.pdfbox.util.Matrix;

/** A PDF of one page, its letters those of the font, of which what is used is embedded: as publishers ask for it. */
final class PdfCanvas implements Canvas {
    /** Of a quarter of a circle by a cubic curve. */
    private static final double ROUND = 0.5522847498;

    private final PDDocument document = new PDDocument();
    private final PDFont font;
    private final PDPageContentStream page;
    private final double height;

    PdfCanvas(double width, double height, String title) {
        this.height = height;
        try (InputStream file = Typeface.open()) {
            PDPage only = new PDPage(new PDRectangle((float) width, (float) height));
            document.addPage(only);
            font = PDType0Font.load(document, file);
            page = new PDPageContentStream(document, only);
            PDDocumentInformation about = document.getDocumentInformation();
            about.setTitle(title);
            about.setCreator("soopt");
            // the same figure is the same file
            about.setCreationDate(GregorianCalendar.from(Instant.EPOCH.atZone(ZoneOffset.UTC)));
            document.setDocumentId(0L);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is drawn. */
    private interface Drawing {
        void draw() throws IOException;
    }

    private static void draw(Drawing drawing) {
        try {
            drawing.draw();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private float up(double y) {
        return (float) (height - y);
    }

    @Override
    public void begin(String kind, String title) {}

    @Override
    public void end() {}

    @Override
    public void line(double[] x, double[] y, Pen pen) {
        draw(() -> {
            page.saveGraphicsState();
            double[] dashes = pen.points();
            float[] pattern = new float[dashes.length];
            for (int i = 0; i < pattern.length; i++) {
                pattern[i] = (float) dashes[i];
            }
            page.setLineDashPattern(pattern, 0);
            page.setLineWidth((float) pen.width());
            page.setLineJoinStyle(1);
            page.setStrokingColor(rgb(pen.colour()));
            opacity(pen.colour());
            path(x, y);
            page.stroke();
            page.restoreGraphicsState();
        });
    }

    private static PDColor rgb(Colour colour) {
        return new PDColor(
                new float[] {colour.red() / 255f, colour.green() / 255f, colour.blue() / 255f}, PDDeviceRGB.INSTANCE);
    }

    private void opacity(Colour colour) throws IOException {
        if (colour.opacity() < 1) {
            PDExtendedGraphicsState state = new PDExtendedGraphicsState();
            state.setStrokingAlphaConstant((float) colour.opacity());
            state.setNonStrokingAlphaConstant((float) colour.opacity());
            page.setGraphicsStateParameters(state);
        }
    }

    private void path(double[] x, double[] y) throws IOException {
        for (int i = 0; i < x.length; i++) {
            if (i == 0) {
                page.moveTo((float) x[i], up(y[i]));
            } else {
                page.lineTo((float) x[i], up(y[i]));
            }
        }
    }

    @Override
    public void area(double[] x, double[] y, Colour fill) {
        draw(() -> {
            page.saveGraphicsState();
            page.setNonStrokingColor(rgb(fill));
            opacity(fill);
            path(x, y);
            page.fill();
            page.restoreGraphicsState();
        });
    }

    @Override
    public void rectangle(Box box, Colour fill) {
        draw(() -> {
            page.saveGraphicsState();
            page.setNonStrokingColor(rgb(fill));
            opacity(fill);
            page.addRect((float) box.x(), up(box.bottom()), (float) box.width(), (float) box.height());
            page.fill();
            page.restoreGraphicsState();
        });
    }

    @Override
    public void mark(Mark mark, double x, double y, double radius, Colour colour, boolean hollow) {
        draw(() -> {
            page.saveGraphicsState();
            page.setNonStrokingColor(rgb(hollow ? Colour.WHITE : colour));
            page.setStrokingColor(rgb(colour));
            page.setLineWidth((float) (radius * SvgCanvas.HOLLOW));
            if (mark.isRound()) {
                circle((float) x, up(y), (float) radius);
            } else {
                path(mark.xs(x, radius), mark.ys(y, radius));
                page.closePath();
            }
            if (hollow) {
                page.fillAndStroke();
            } else {
                page.fill();
            }
            page.restoreGraphicsState();
        });
    }

    private void circle(float x, float y, float r) throws IOException {
        float c = (float) (ROUND * r);
        page.moveTo(x + r, y);
        page.curveTo(x + r, y + c, x + c, y + r, x, y + r);
        page.curveTo(x - c, y + r, x - r, y + c, x - r, y);
        page.curveTo(x - r, y - c, x - c, y - r, x, y - r);
        page.curveTo(x + c, y - r, x + r, y - c, x + r, y);
        page.closePath();
    }

    @Override
    public void text(Words words, double x, double y, Lettering lettering) {
        if (words.isEmpty()) {
            return;
        }
        draw(() -> {
            double size = lettering.size();
            page.saveGraphicsState();
            page.transform(Matrix.getTranslateInstance((float) x, up(y)));
            if (lettering.upright()) {
                page.transform(Matrix.getRotateInstance(Math.PI / 2, 0, 0));
            }
            page.setNonStrokingColor(rgb(lettering.colour()));
            double at = -lettering.anchor().before() * words.width(size);
            for (Words.Span span : words.spans()) {
                double small = size * span.scale();
                double rise = span.rise() * size;
                page.beginText();
                page.setFont(font, (float) small);
                page.newLineAtOffset((float) at, (float) rise);
                page.showText(Typeface.sans().known(span.text()));
                page.endText();
                for (double[] bar : Typeface.sans().bars(span.text(), small)) {
                    page.addRect((float) (at + bar[0]), (float) (rise + bar[1]), (float) bar[2], (float) bar[3]);
                    page.fill();
                }
                at += Typeface.sans().width(span.text(), small);
            }
            page.restoreGraphicsState();
        });
    }

    @Override
    public void cells(int[] rgb, int columns, int rows, Box box) {
        draw(() -> {
            PDImageXObject image = LosslessFactory.createFromImage(document, PngCanvas.image(rgb, columns, rows));
            image.setInterpolate(false);
            page.drawImage(image, (float) box.x(), up(box.bottom()), (float) box.width(), (float) box.height());
        });
    }

    @Override
    public void clip(Box box) {
        draw(() -> {
            page.saveGraphicsState();
            page.addRect((float) box.x(), up(box.bottom()), (float) box.width(), (float) box.height());
            page.clip();
        });
    }

    @Override
    public void unclip() {
        draw(page::restoreGraphicsState);
    }

    @Override
    public byte[] finish() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        draw(() -> {
            page.close();
            document.save(bytes);
            document.close();
        });
        return bytes.toByteArray();
    }
}
