package soopt.cli.report;

import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import soopt.file.Shown;
import soopt.report.draw.Format;
import soopt.report.read.Axis;
import soopt.report.read.Band;
import soopt.report.read.Moment;
import soopt.report.read.Rates;
import soopt.spec.Suggestions;

/** One of a few words on the command line; another is answered by the nearest and by all of them. */
abstract class Choice<E extends Enum<E>> implements ITypeConverter<E> {
    private final List<E> values;

    private Choice(E[] values) {
        this.values = List.of(values);
    }

    @Override
    public E convert(String text) {
        return values.stream()
                .filter(value -> value.toString().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> {
                    List<String> words = values.stream().map(Enum::toString).toList();
                    return new TypeConversionException("must be one of " + String.join(", ", words) + ", but is "
                            + Shown.quoted(text) + Suggestions.didYouMean(text, words));
                });
    }

    static final class Kinds extends Choice<PlotKind> {
        Kinds() {
            super(PlotKind.values());
        }
    }

    static final class Axes extends Choice<Axis> {
        Axes() {
            super(Axis.values());
        }
    }

    static final class Middles extends Choice<Band.Middle> {
        Middles() {
            super(Band.Middle.values());
        }
    }

    static final class Spreads extends Choice<Band.Spread> {
        Spreads() {
            super(Band.Spread.values());
        }
    }

    static final class OfSeeds extends Choice<PlotCommand.Seeds> {
        OfSeeds() {
            super(PlotCommand.Seeds.values());
        }
    }

    static final class OfRates extends Choice<Rates.Kind> {
        OfRates() {
            super(Rates.Kind.values());
        }
    }

    static final class Matrices extends Choice<Moment.Kind> {
        Matrices() {
            super(Moment.Kind.values());
        }
    }

    static final class Formats extends Choice<Format> {
        Formats() {
            super(Format.values());
        }
    }
}
