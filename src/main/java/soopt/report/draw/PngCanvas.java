package soopt.report.draw;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** A PNG that says how large it is meant to be. Letters are drawn as areas. */
final class PngCanvas implements Canvas {
    private static final double MILLIMETRES = 25.4;

    private final BufferedImage image;
    private final Graphics2D graphics;
    private final double dpi;

    PngCanvas(double width, double height, double dpi) {
        this.dpi = dpi;
        double scale = dpi / 72;
        image = new BufferedImage(
                Math.max(1, (int) Math.round(width * scale)),
                Math.max(1, (int) Math.round(height * scale)),
                BufferedImage.TYPE_INT_RGB);
        graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        graphics.scale(scale, scale);
    }

    private static Color of(Colour colour) {
        return new Color(colour.red(), colour.green(), colour.blue(), (int) Math.round(255 * colour.opacity()));
    }

    @Override
    public void begin(String kind, String title) {}

    @Override
    public void end() {}

    @Override
    public void line(double[] x, double[] y, Pen pen) {
        graphics.setColor(of(pen.colour()));
        graphics.setStroke(stroke(pen));
        graphics.draw(path(x, y));
    }

    private static BasicStroke stroke(Pen pen) {
        double[] dashes = pen.points();
        if (dashes.length == 0) {
            return new BasicStroke((float) pen.width(), BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND);
        }
        float[] pattern = new float[dashes.length];
        for (int i = 0; i < pattern.length; i++) {
            pattern[i] = (float) dashes[i];
        }
        return new BasicStroke((float) pen.width(), BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, pattern, 0);
    }

    private static Path2D path(double[] x, double[] y) {
        Path2D path = new Path2D.Double();
        for (int i = 0; i < x.length; i++) {
            if (i == 0) {
                path.moveTo(x[i], y[i]);
            } else {
                path.lineTo(x[i], y[i]);
            }
        }
        return path;
    }

    @Override
    public void area(double[] x, double[] y, Colour fill) {
        Path2D path = path(x, y);
        path.closePath();
        fill(path, fill);
    }

    private void fill(Shape shape, Colour colour) {
        graphics.setColor(of(colour));
        graphics.fill(shape);
    }

    @Override
    public void rectangle(Box box, Colour fill) {
        fill(of(box), fill);
    }

    private static Rectangle2D of(Box box) {
        return new Rectangle2D.Double(box.x(), box.y(), box.width(), box.height());
    }

    @Override
    public void mark(Mark mark, double x, double y, double radius, Colour colour, boolean hollow) {
        Path2D shape;
        if (mark.isRound()) {
            shape = new Path2D.Double(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
        } else {
            shape = path(mark.xs(x, radius), mark.ys(y, radius));
            shape.closePath();
        }
        fill(shape, hollow ? Colour.WHITE : colour);
        if (hollow) {
            graphics.setColor(of(colour));
            graphics.setStroke(new BasicStroke((float) (radius * SvgCanvas.HOLLOW)));
            graphics.draw(shape);
        }
    }

    @Override
    public void text(Words words, double x, double y, Lettering lettering) {
        if (words.isEmpty()) {
            return;
        }
        AffineTransform before = graphics.getTransform();
        graphics.translate(x, y);
        if (lettering.upright()) {
            graphics.rotate(-Math.PI / 2);
        }
        double size = lettering.size();
        double at = -lettering.anchor().before() * words.width(size);
        for (Words.Span span : words.spans()) {
            Path2D outline = Typeface.sans().outline(span.text(), size * span.scale());
            outline.transform(AffineTransform.getTranslateInstance(at, -span.rise() * size));
            fill(outline, lettering.colour());
            at += Typeface.sans().width(span.text(), size * span.scale());
        }
        graphics.setTransform(before);
    }

    @Override
    public void cells(int[] rgb, int columns, int rows, Box box) {
        // to whole pixels: their edges would mix with what lies under them
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_OFF);
        graphics.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
        AffineTransform place = AffineTransform.getTranslateInstance(box.x(), box.y());
        place.scale(box.width() / columns, box.height() / rows);
        graphics.drawImage(image(rgb, columns, rows), place, null);
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    }

    static BufferedImage image(int[] rgb, int columns, int rows) {
        BufferedImage cells = new BufferedImage(columns, rows, BufferedImage.TYPE_INT_RGB);
        cells.setRGB(0, 0, columns, rows, rgb, 0, columns);
        return cells;
    }

    /** A PNG of a pixel for each cell. */
    static byte[] cells(int[] rgb, int columns, int rows) {
        return png(image(rgb, columns, rows), 72);
    }

    @Override
    public void clip(Box box) {
        graphics.setClip(of(box));
    }

    @Override
    public void unclip() {
        graphics.setClip(null);
    }

    @Override
    public byte[] finish() {
        graphics.dispose();
        return png(image, dpi);
    }

    private static byte[] png(BufferedImage image, double dpi) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // without a file of its own in the folder of temporary files
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            IIOMetadata metadata = writer.getDefaultImageMetadata(
                    ImageTypeSpecifier.createFromRenderedImage(image), writer.getDefaultWriteParam());
            IIOMetadataNode root = new IIOMetadataNode("javax_imageio_1.0");
            IIOMetadataNode dimension = new IIOMetadataNode("Dimension");
            for (String name : new String[] {"HorizontalPixelSize", "VerticalPixelSize"}) {
                IIOMetadataNode size = new IIOMetadataNode(name);
                size.setAttribute("value", String.format(Locale.ROOT, "%.9f", MILLIMETRES / dpi));
                dimension.appendChild(size);
            }
            root.appendChild(dimension);
            metadata.mergeTree("javax_imageio_1.0", root);
            writer.setOutput(out);
            writer.write(metadata, new IIOImage(image, null, metadata), null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
