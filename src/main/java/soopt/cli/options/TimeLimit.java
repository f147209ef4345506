package soopt.cli.options;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import soopt.experiment.loop.StopSignal;
import soopt.file.Shown;

/** How long a command may train. */
public final class TimeLimit {
    private static final Pattern CLOCK = Pattern.compile("(?:(\\d{1,4}):)?(\\d{1,4}):(\\d{1,2})");
    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,7}(?:\\.\\d{1,6})?)\\s*(s|min|h|d)");

    @Option(
            names = "--time-limit",
            paramLabel = "TIME",
            description = "then save where it is and end with exit code 75: 2:00:00, 90 min, 36 h",
            converter = Time.class)
    private Duration limit;

    /** Asks to stop when the time is over, if there is a limit. */
    public void over(StopSignal stop) {
        if (limit != null) {
            CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(() -> stop.request(StopSignal.Reason.TIME_LIMIT));
        }
    }

    /** A time on the command line. */
    public static final class Time implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            Matcher clock = CLOCK.matcher(text.strip());
            Matcher amount = AMOUNT.matcher(text.strip());
            Duration time = Duration.ZERO;
            if (clock.matches()) {
                long hours = clock.group(1) == null ? 0 : Long.parseLong(clock.group(1));
                time = Duration.ofSeconds(
                        3600 * hours + 60 * Long.parseLong(clock.group(2)) + Long.parseLong(clock.group(3)));
            } else if (amount.matches()) {
                double unit = switch (amount.group(2)) {
                    case "s" -> 1;
                    case "min" -> 60;
                    case "h" -> 3600;
                    default -> 86400;
                };
                time = Duration.ofMillis(Math.round(1000 * unit * Double.parseDouble(amount.group(1))));
            }
            if (time.isZero()) {
                throw new TypeConversionException(
                        Shown.quoted(text) + " is no time: write 2:00:00 (hours), 5:00 (minutes), 90 min or 36 h");
            }
            return time;
        }
    }
}
