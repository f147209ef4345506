package soopt.experiment.file;

import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import soopt.file.Shown;
import soopt.spec.Choices;
import soopt.spec.Doc;
import soopt.spec.Form;

/**
 * Where the arithmetic runs: auto, cpu, cuda or "cuda:1".
 *
 * @param gpu number of the GPU among those that the process sees; 0 unless a number was written
 */
@Form(pattern = "auto|cpu|cuda(:(0|[1-9][0-9]{0,2}))?", words = "auto, cpu, cuda or cuda:N")
public record Device(Kind kind, int gpu) {
    /** The words. */
    public enum Kind {
        @Doc("a GPU if one can be used, else the processor")
        AUTO,
        @Doc("the processor")
        CPU,
        @Doc("an NVIDIA GPU, the first that the process sees; cuda:1 is the second")
        CUDA
    }

    public static final Device AUTO = new Device(Kind.AUTO, 0);
    public static final Device CPU = new Device(Kind.CPU, 0);

    public Device {
        if (gpu < 0 || gpu > 999 || (gpu != 0 && kind != Kind.CUDA)) {
            throw new IllegalArgumentException("a GPU has a number from 0 to 999, but here is " + gpu + " of " + kind);
        }
    }

    private static final Pattern NUMBERED = Pattern.compile("cuda:(0|[1-9]\\d{0,2})");

    /** @throws IllegalArgumentException with the rest of a sentence: "must be one of auto, …, but is 'gpu'" */
    public static Device parse(String text) {
        Matcher numbered = NUMBERED.matcher(text);
        if (numbered.matches()) {
            return new Device(Kind.CUDA, Integer.parseInt(numbered.group(1)));
        }
        return Arrays.stream(Kind.values())
                .filter(kind -> word(kind).equals(text))
                .map(kind -> new Device(kind, 0))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be one of " + choices() + ", but is "
                        + Shown.quoted(text) + (isCuda(text) ? ": a GPU is cuda:0, cuda:1, …" : "")));
    }

    private static boolean isCuda(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return lower.contains("cuda") || lower.contains("gpu");
    }

    private static String choices() {
        return Stream.concat(Arrays.stream(Kind.values()).map(Device::word), Stream.of("cuda:N"))
                .collect(Collectors.joining(", "));
    }

    private static String word(Kind kind) {
        return Choices.name(kind);
    }

    /** A text that {@link #parse} reads to this. */
    @Override
    public String toString() {
        return word(kind) + (gpu == 0 ? "" : ":" + gpu);
    }
}
