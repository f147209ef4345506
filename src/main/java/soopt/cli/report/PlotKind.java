package soopt.cli.report;

import java.util.Locale;

/** What of runs is drawn. */
enum PlotKind {
    LOSS,
    MATRICES,
    LEARNING_RATES,
    FIDELITY,
    SPECTRUM;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
