package soopt.data.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that users have, in the forms that other programs keep them in. */
class OwnFilesTest {
    private static final int RECORDS = 3;

    @TempDir
    private Path directory;

    /** Label 7 + i mod 10 and pixels of record i. */
    private static byte[] records() {
        byte[] records = new byte[RECORDS * 3073];
        new Random(3).nextBytes(records);
        for (int i = 0; i < RECORDS; i++) {
            records[i * 3073] = (byte) ((7 + i) % 10);
        }
        return records;
    }

    private static void ascii(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static byte[] length(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    /**
     * As Python 2 wrote data_batch_1 by protocol 2: a dictionary with a label of the batch, labels, data, file names.
     */
    private static byte[] pickle(byte[] records, String function) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ascii(
                out,
                "\u0080\u0002}q\u0001(U\u000bbatch_labelq\u0002U\u0015training batch 1 of 5q\u0003U\u0006labelsq\u0004]q\u0005(");
        for (int i = 0; i < RECORDS; i++) {
            out.write('K');
            out.write(records[i * 3073]);
        }
        ascii(
                out,
                "eU\u0004dataq\u0006c" + function
                        + "\nq\u0007cnumpy\nndarray\nq\bK\u0000\u0085U\u0001b\u0087Rq\t(K\u0001M");
        ascii(
                out,
                "\u0003\u0000M\u0000\f\u0086cnumpy\ndtype\nq\nU\u0002u1K\u0000K\u0001\u0087Rq\u000b(K\u0003U\u0001|NNNJ");
        ascii(out, "\u00ff\u00ff\u00ff\u00ffJ\u00ff\u00ff\u00ff\u00ffK\u0000tb\u0089T");
        out.writeBytes(length(RECORDS * 3072));
        for (int i = 0; i < RECORDS; i++) {
            out.write(records, i * 3073 + 1, 3072);
        }
        ascii(out, "tbU\tfilenamesq\f]q\r(U\u0005a.pngU\u0005b.pngU\u0005c.pngeu.");
        return out.toByteArray();
    }

    private static byte[] pickle(byte[] records) {
        return pickle(records, "numpy.core.multiarray\n_reconstruct");
    }

    private static DatasetFiles files(String name, byte[] content) {
        return new DatasetFiles(
                "tiny",
                "",
                "",
                "",
                List.of(new DatasetFile(name, content.length, DatasetFile.sha256(content))),
                List.of());
    }

    private void imports(DatasetFiles files, Path place, byte[] content) throws IOException {
        Store store = new Store(directory.resolve("store"), true);
        Fetcher.importFrom(files, place, store);
        assertArrayEquals(
                content,
                Files.readAllBytes(store.directory()
                        .resolve("tiny")
                        .resolve(files.files().get(0).name())));
        try (var left = Files.list(store.directory().resolve("tiny"))) {
            assertEquals(1, left.count());
        }
    }

    @Test
    void pickle_becomesTheRecordsOfTheBinaryVersion() throws IOException {
        byte[] records = records();
        assertArrayEquals(records, CifarPickle.records(new ByteArrayInputStream(pickle(records))));
        Path folder = Files.createDirectories(directory.resolve("root/cifar-10-batches-py"));
        Files.write(folder.resolve("data_batch_1"), pickle(records));
        imports(files("data_batch_1.bin", records), directory.resolve("root"), records);
    }

    @Test
    void archiveOfPickles_isTaken_asAFileAndFromItsFolder() throws IOException {
        byte[] records = records();
        byte[] content = pickle(records);
        byte[] header = new byte[512];
        byte[] path = "cifar-10-batches-py/data_batch_1".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(path, 0, header, 0, path.length);
        byte[] size = String.format("%011o", content.length).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(size, 0, header, 124, size.length);
        header[156] = '0';
        Path archive = directory.resolve("cifar-10-python.tar.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(archive))) {
            out.write(header);
            out.write(content);
            out.write(new byte[1024 + 512 - content.length % 512]);
        }
        imports(files("data_batch_1.bin", records), archive, records);
        Files.delete(directory.resolve("store/tiny/data_batch_1.bin"));
        imports(files("data_batch_1.bin", records), directory, records);
    }

    @Test
    void foldersOfTorchvision_areLookedInto() throws IOException {
        byte[] content = "an idx file".getBytes(StandardCharsets.UTF_8);
        Path raw = Files.createDirectories(directory.resolve("data/MNIST/raw"));
        Files.write(raw.resolve("train-images-idx3-ubyte"), content);
        imports(files("train-images-idx3-ubyte", content), directory.resolve("data"), content);
    }

    @Test
    void placeThatIsNotThere_isSaid() {
        DatasetException e = assertThrows(
                DatasetException.class,
                () -> Fetcher.importFrom(
                        files("a", new byte[1]), directory.resolve("nowhere"), new Store(directory, true)));
        assertEquals(
                directory.resolve("nowhere") + " is not there: name the folder that holds the files of tiny, or an"
                        + " archive of them",
                e.getMessage());
    }

    /** Whatever a pickle names, nothing is called: a harmful one gives the same bytes or one line. */
    @Test
    void pickle_callsNothing() throws IOException {
        byte[] records = records();
        Path witness = directory.resolve("witness");
        assertArrayEquals(records, CifarPickle.records(new ByteArrayInputStream(pickle(records, "os\nsystem"))));
        byte[] harmful = ("cos\nsystem\n(U\u0005touchtR.").getBytes(StandardCharsets.ISO_8859_1);
        IOException e = assertThrows(IOException.class, () -> CifarPickle.records(new ByteArrayInputStream(harmful)));
        assertEquals("the pickle is not a dictionary with labels and data", e.getMessage());
        assertTrue(Files.notExists(witness));
    }

    @Test
    void damagedPickles_areRefusedInWords_atNoCost() {
        byte[] sound = pickle(records());
        Random random = new Random(5);
        for (int i = 0; i < 3000; i++) {
            byte[] damaged = sound.clone();
            if (i % 2 == 0) {
                damaged = java.util.Arrays.copyOf(damaged, random.nextInt(400));
            }
            for (int k = 0; k < 3 && damaged.length > 0; k++) {
                damaged[random.nextInt(Math.min(400, damaged.length))] = (byte) random.nextInt(256);
            }
            byte[] given = damaged;
            try {
                CifarPickle.records(new ByteArrayInputStream(given));
            } catch (IOException e) {
                assertTrue(e.getMessage() != null && e.getMessage().startsWith("the pickle"), e.toString());
            }
        }
    }
}
