package soopt.model.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipFile;

/** Files of weights that other programs write and that are not read here, known by their first bytes. */
final class ForeignWeights {
    /** torch.save without zip and pickle write the protocol behind this byte. */
    private static final int PICKLE = 0x80;

    private static final int NEWEST_PROTOCOL = 5;
    private static final byte[] HDF5 = {(byte) 0x89, 'H', 'D', 'F'};
    private static final byte[] NUMPY = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final byte[] ZIP = {'P', 'K', 3, 4};

    private ForeignWeights() {}

    /** What the file is and how to write an npz archive of it, if it is one of these. */
    static Optional<String> words(Path path) {
        if (!Files.isRegularFile(path)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] first = in.readNBytes(9);
            String name = path.getFileName().toString();
            if (starts(first, ZIP)) {
                return isTorch(path) ? Optional.of(torch("a file of torch.save", name)) : Optional.empty();
            }
            if (first.length > 1 && (first[0] & 0xff) == PICKLE && first[1] >= 2 && first[1] <= NEWEST_PROTOCOL) {
                return Optional.of(torch("a Python pickle, as old versions of torch.save write", name));
            }
            if (starts(first, HDF5)) {
                return Optional.of(
                        remedy("an HDF5 file", "h5py, numpy", "{name: array}", " with PyTorch's names and layouts"));
            }
            if (starts(first, NUMPY)) {
                return Optional.of("is a single NumPy array, not an npz archive with one array per parameter:"
                        + " write it with numpy.savez");
            }
            if (isSafetensors(first, Files.size(path))) {
                return Optional.of(remedy(
                        "a safetensors file",
                        "numpy, safetensors.numpy",
                        "safetensors.numpy.load_file('" + name + "')",
                        ""));
            }
            return Optional.empty();
        } catch (IOException e) {
            // What cannot be read is said by who reads it as an archive.
            return Optional.empty();
        }
    }

    private static String torch(String what, String name) {
        return remedy(
                what,
                "numpy, torch",
                "{k: v.numpy() for k, v in torch.load('" + name + "', map_location='cpu').items()}",
                " where it holds a state_dict");
    }

    private static String remedy(String what, String modules, String arrays, String condition) {
        return "is " + what + ", not an npz archive: write one with python3 -c \"import " + modules
                + "; numpy.savez('weights.npz', **" + arrays + ")\"" + condition;
    }

    private static boolean starts(byte[] bytes, byte[] magic) {
        return bytes.length >= magic.length && Arrays.equals(magic, Arrays.copyOf(bytes, magic.length));
    }

    private static boolean isTorch(Path path) throws IOException {
        try (ZipFile zip = new ZipFile(path.toFile())) {
            List<String> marks = List.of("data.pkl", "constants.pkl");
            return zip.stream()
                    .anyMatch(entry -> marks.contains(
                            entry.getName().substring(entry.getName().lastIndexOf('/') + 1)));
        }
    }

    /** The length of a JSON header, then the header. */
    private static boolean isSafetensors(byte[] first, long size) {
        if (first.length < 9) {
            return false;
        }
        long header = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return header > 1 && header < size && first[8] == "{".getBytes(StandardCharsets.US_ASCII)[0];
    }
}
