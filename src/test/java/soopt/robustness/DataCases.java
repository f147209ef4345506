package soopt.robustness;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import soopt.cli.Cli;
import soopt.data.fetch.CifarSheets;
import soopt.data.fetch.DatasetException;
import soopt.data.fetch.DatasetFile;
import soopt.data.fetch.FetchProgress;
import soopt.data.fetch.TarBytes;
import soopt.data.format.IdxBytes;
import soopt.file.Shown;
import soopt.npy.NpyArray;
import soopt.npy.NpyException;
import soopt.npy.NpzFile;

/**
 * Files of every format that the program reads, with defects; the archives' checksums are right again in half of the
 * cases.
 */
final class DataCases {
    private static final String SPEC = """
            experiment: data
            dataset: {type: npz, train: train.npz, test: test.npz}
            model: {type: mlp, hidden: [3]}
            optimizer: {type: sgd, step-size: 0.01}
            training: {epochs: 1, batch-size: 4, evaluation-batch-size: 4, curvature-batch-size: 4}
            """;

    private final Path originals;
    private final Map<String, byte[]> arrays = new LinkedHashMap<>();
    private final Path finished;

    DataCases(Path originals) throws IOException {
        this.originals = originals;
        NpzFile.write(originals.resolve("data.npz"), Map.of("x", numbers(16, 5), "y", labels(16)));
        NpzFile.write(
                originals.resolve("weights.npz"),
                Map.of(
                        "layers.0.weight",
                        numbers(3, 5),
                        "layers.0.bias",
                        numbers(3),
                        "layers.1.weight",
                        numbers(3, 3),
                        "layers.1.bias",
                        numbers(3)));
        for (String type : List.of(
                "<f8", "<f4", "<f2", "<i8", "<i4", "<i2", "|i1", "|u1", ">f8", ">i4", "|b1", "<U3", "|O", "<c16")) {
            arrays.put(type, npy(type, "(4, 2)", 4 * 2 * 16));
        }
        finished = originals.resolve("finished");
        Path spec = spec(originals);
        for (String part : List.of("train.npz", "test.npz")) {
            Files.copy(originals.resolve("data.npz"), originals.resolve(part));
        }
        Cli.run("run", spec, "--results", finished, "--progress", "none").expect(0);
    }

    private static Path spec(Path folder) throws IOException {
        return Files.writeString(folder.resolve("spec.yaml"), SPEC);
    }

    private static NpyArray numbers(int... shape) {
        double[] values = new double[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.sin(i);
        }
        return NpyArray.of(values, shape);
    }

    private static NpyArray labels(int count) {
        long[] labels = new long[count];
        for (int i = 0; i < count; i++) {
            labels[i] = i % 3;
        }
        return NpyArray.of(labels, count);
    }

    private static byte[] npy(String type, String shape, int bytes) {
        String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
        String padded = header + " ".repeat(64 - (10 + header.length() + 1) % 64) + "\n";
        ByteBuffer out = ByteBuffer.allocate(10 + padded.length() + bytes);
        out.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0);
        out.put((byte) padded.length()).put((byte) (padded.length() >> 8));
        out.put(padded.getBytes(StandardCharsets.US_ASCII));
        return out.array();
    }

    Trial.Input make(Mutations mutations, Path folder) throws IOException {
        return switch (mutations.upTo(12)) {
            case 0, 1, 2 -> dataset(mutations, folder);
            case 3, 4 -> weights(mutations, folder);
            case 5 -> array(mutations, folder);
            case 6 -> idx(mutations);
            case 7 -> sheet(mutations, folder);
            case 8 -> tar(mutations, folder);
            case 9 -> mnist(mutations, folder);
            case 10 -> finishedRun(mutations, folder);
            default -> arrays(mutations, folder);
        };
    }

    /** A data set of one's own, with a defect in the archive or, under right checksums, in an array. */
    private Trial.Input dataset(Mutations mutations, Path folder) throws IOException {
        Path file = originals.resolve("data.npz");
        byte[] mutant = mutations.oneIn(2) ? mutations.bytes(Files.readAllBytes(file)) : rezipped(mutations, file);
        Files.write(folder.resolve("train.npz"), mutant);
        Files.copy(file, folder.resolve("test.npz"));
        Path spec = spec(folder);
        boolean runs = mutations.oneIn(4);
        List<Object> words = runs
                ? List.of("run", spec, "--results", folder.resolve("results"), "--progress", "none")
                : List.of("partition", spec);
        return new Trial.Input("train.npz of " + words + hex(mutant), runs, () -> SpecCases.run(words));
    }

    private Trial.Input weights(Mutations mutations, Path folder) throws IOException {
        Path file = originals.resolve("weights.npz");
        byte[] mutant = mutations.oneIn(2) ? mutations.bytes(Files.readAllBytes(file)) : rezipped(mutations, file);
        Path weights = Files.write(folder.resolve("w.npz"), mutant);
        for (String part : List.of("train.npz", "test.npz")) {
            Files.copy(originals.resolve("data.npz"), folder.resolve(part));
        }
        Path spec = spec(folder);
        List<Object> words = mutations.oneIn(2)
                ? List.of("curvature", spec, "--weights", weights, "--limit", 4)
                : List.of("curvature", spec, "model.init.from=" + weights, "--limit", 4);
        return new Trial.Input("w.npz of " + words + hex(mutant), false, () -> SpecCases.run(words));
    }

    /** The archive anew, with a defect in one array or in its name. */
    private static byte[] rezipped(Mutations mutations, Path file) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<String> names = NpzFile.names(file);
        String hit = mutations.any(names);
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (String name : names) {
                byte[] content = entry(file, name + ".npy");
                boolean isHit = name.equals(hit);
                String called = isHit && mutations.oneIn(6) ? mutations.text(name) : name;
                ZipEntry entry = new ZipEntry(
                        called.isEmpty() ? "e" : called.substring(0, Math.min(called.length(), 1000)) + ".npy");
                byte[] written = isHit ? mutations.bytes(content) : content;
                if (mutations.oneIn(2)) {
                    CRC32 crc = new CRC32();
                    crc.update(written);
                    entry.setMethod(ZipEntry.STORED);
                    entry.setSize(written.length);
                    entry.setCrc(crc.getValue());
                }
                zip.putNextEntry(entry);
                zip.write(written);
                zip.closeEntry();
            }
        }
        return out.toByteArray();
    }

    private static byte[] entry(Path file, String name) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return zip.getInputStream(zip.getEntry(name)).readAllBytes();
        }
    }

    private Trial.Input array(Mutations mutations, Path folder) throws IOException {
        byte[] mutant = mutations.bytes(arrays.get(mutations.any(List.copyOf(arrays.keySet()))));
        Path file = Files.write(folder.resolve("a.npy"), mutant);
        return new Trial.Input("a.npy" + hex(mutant), false, () -> reading(() -> NpzFile.readArray(file)));
    }

    private Trial.Input arrays(Mutations mutations, Path folder) throws IOException {
        String name = mutations.any(List.of("deflated.npz", "stored.npz", "unsupported.npz"));
        byte[] mutant = mutations.bytes(Files.readAllBytes(Path.of("src/test/resources/npz", name)));
        Path file = Files.write(folder.resolve("a.npz"), mutant);
        return new Trial.Input(name + hex(mutant), false, () -> reading(() -> NpzFile.read(file)));
    }

    private static Trial.Input idx(Mutations mutations) {
        ByteBuffer images = ByteBuffer.allocate(16 + 3 * 4 * 4);
        images.putInt(0x803).putInt(3).putInt(4).putInt(4);
        byte[] mutant = mutations.bytes(images.array());
        int rank = mutations.oneIn(4) ? 1 : 3;
        return new Trial.Input(
                "idx of rank " + rank + hex(mutant), false, () -> reading(() -> IdxBytes.parse(mutant, rank)));
    }

    private static Trial.Input sheet(Mutations mutations, Path folder) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(1024, 3, BufferedImage.TYPE_INT_RGB), "png", png);
        boolean inLabels = mutations.oneIn(3);
        byte[] image = inLabels ? png.toByteArray() : pngWithChecksums(mutations, png.toByteArray());
        byte[] json = "[1, 2, 3]".getBytes(StandardCharsets.US_ASCII);
        byte[] labels = inLabels ? mutations.bytes(json) : json;
        Files.write(folder.resolve("test_batch.png"), image);
        Files.write(folder.resolve("test_lables.json"), labels);
        List<DatasetFile> wanted = List.of(new DatasetFile("test_batch.bin", 3 * 3073, "0".repeat(64)));
        return new Trial.Input("png" + hex(image) + hex(labels), false, () -> {
            Trial.Outcome outcome = reading(() -> CifarSheets.decode(wanted, folder, FetchProgress.SILENT));
            Files.deleteIfExists(folder.resolve("test_batch.bin"));
            return outcome;
        });
    }

    /** A damaged image; its chunks carry right checksums half of the time, so that the damage is met where it is. */
    private static byte[] pngWithChecksums(Mutations mutations, byte[] png) {
        byte[] mutant = mutations.bytes(png);
        if (mutations.oneIn(2)) {
            return mutant;
        }
        ByteBuffer chunks = ByteBuffer.wrap(mutant);
        for (int at = 8; at + 12 <= mutant.length; ) {
            int length = chunks.getInt(at);
            if (length < 0 || length > mutant.length - at - 12) {
                break;
            }
            CRC32 crc = new CRC32();
            crc.update(mutant, at + 4, length + 4);
            chunks.putInt(at + 8 + length, (int) crc.getValue());
            at += 12 + length;
        }
        return mutant;
    }

    private static Trial.Input tar(Mutations mutations, Path folder) {
        byte[] archive = new byte[512 * 4];
        byte[] name = "package/a.bin".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(name, 0, archive, 0, name.length);
        System.arraycopy("00000000100\0".getBytes(StandardCharsets.US_ASCII), 0, archive, 124, 12);
        archive[156] = '0';
        System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, archive, 257, 5);
        byte[] mutant = mutations.bytes(archive);
        return new Trial.Input("tar" + hex(mutant), false, () -> {
            Path inside = Files.createDirectories(folder.resolve("tar"));
            Trial.Outcome outcome = reading(() -> TarBytes.extract(mutant, inside));
            Trial.clear(inside);
            return outcome;
        });
    }

    private static Trial.Input mnist(Mutations mutations, Path folder) throws IOException {
        Path data = Files.createDirectories(folder.resolve("datasets/mnist-sample"));
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write(new byte[1008]);
        }
        byte[] mutant = mutations.bytes(zipped.toByteArray());
        String name = mutations.any(
                List.of("t10k-labels-idx1-ubyte.gz", "train-labels-idx1-ubyte.gz", "train-images-idx3-ubyte.gz"));
        Files.write(data.resolve(name), mutant);
        List<Object> words = new ArrayList<>(List.of("datasets"));
        words.addAll(
                mutations.oneIn(2)
                        ? List.of("verify", "mnist-sample", "--offline", "--datasets", data.getParent())
                        : List.of("import", "mnist", data, "--offline", "--datasets", folder.resolve("other")));
        return new Trial.Input(name + " of " + words + hex(mutant), false, () -> {
            Trial.Outcome outcome = SpecCases.run(words);
            Trial.clear(folder.resolve("other"));
            return outcome;
        });
    }

    /** A finished run, one file of which is damaged, is run again. */
    private Trial.Input finishedRun(Mutations mutations, Path folder) throws IOException {
        Path results = folder.resolve("results");
        List<Path> texts = new ArrayList<>();
        try (var entries = Files.walk(finished)) {
            for (Path entry : entries.toList()) {
                Path copy = results.resolve(finished.relativize(entry).toString());
                if (Files.isDirectory(entry)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(entry, copy);
                    texts.add(copy);
                }
            }
        }
        List<Path> status =
                texts.stream().filter(path -> path.endsWith("status.json")).toList();
        Path hit = mutations.oneIn(2) ? status.get(0) : mutations.any(texts);
        byte[] mutant = mutations.bytes(Files.readAllBytes(hit));
        Files.write(hit, mutant);
        List<Object> words = List.of("run", originals.resolve("spec.yaml"), "--results", results, "--progress", "none");
        return new Trial.Input(folder.relativize(hit) + hex(mutant), true, () -> SpecCases.run(words));
    }

    /** What may be thrown at whoever reads a file, as the program tells it. */
    @FunctionalInterface
    private interface Reading {
        void read() throws IOException;
    }

    private static Trial.Outcome reading(Reading reading) {
        try {
            reading.read();
            return new Trial.Outcome(0, "", "");
        } catch (NpyException | DatasetException | IOException refused) {
            return new Trial.Outcome(4, "", Shown.line(String.valueOf(refused.getMessage())));
        }
    }

    private static String hex(byte[] content) {
        StringBuilder text = new StringBuilder(" [" + content.length + "] ");
        for (int i = 0; i < Math.min(content.length, 400); i++) {
            text.append(
                    content[i] >= 32 && content[i] < 127
                            ? "" + (char) content[i]
                            : String.format("\\x%02x", content[i]));
        }
        return text.toString();
    }
}
