package soopt.report.reproduce;

import java.util.Locale;

/** How much of an experiment is run. */
public enum Scale {
    /** A minute or two on two cores: whether everything works, and which way it goes. */
    SMOKE,
    /** A night on a workstation. */
    SHORT,
    /** What the paper ran: for a cluster. */
    FULL;

    /** As the command line names it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
