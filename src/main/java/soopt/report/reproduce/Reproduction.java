package soopt.report.reproduce;

import java.util.List;
import java.util.Map;

/**
 * A figure or table of the paper.
 *
 * @param name as the command line names it
 * @param title what it shows
 * @param spec its experiment file, below configs/; figures that show the same runs share it
 * @param arguments of {@code soopt sweep} beside the file at each scale; the file itself is the full scale
 * @param pictures what to draw: arguments of {@code soopt plot} beside the runs, each for a picture
 * @param claims what the paper says of it
 */
public record Reproduction(
        String name,
        String title,
        String spec,
        Map<Scale, List<String>> arguments,
        List<Picture> pictures,
        List<Claim> claims) {
    /**
     * A picture.
     *
     * @param suffix of its file's name; empty for the first
     * @param only runs with this value of a key, as key=value; empty for all
     * @param words arguments of {@code soopt plot}
     */
    public record Picture(String suffix, String only, List<String> words) {
        static Picture of(String... words) {
            return new Picture("", "", List.of(words));
        }

        Picture named(String suffix, String only) {
            return new Picture(suffix, only, words);
        }
    }

    public Reproduction {
        arguments = Map.copyOf(arguments);
        pictures = List.copyOf(pictures);
        claims = List.copyOf(claims);
    }

    /** The experiment that its runs at a scale belong to. */
    public String experiment(Scale scale) {
        String file = spec.substring(spec.lastIndexOf('/') + 1).replace(".yaml", "");
        return scale == Scale.FULL ? file : file + "_" + scale;
    }

    /** What {@code soopt sweep} gets behind the file. */
    public List<String> words(Scale scale) {
        return arguments.getOrDefault(scale, List.of());
    }
}
