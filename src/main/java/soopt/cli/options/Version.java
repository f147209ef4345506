package soopt.cli.options;

import picocli.CommandLine.IVersionProvider;
import soopt.experiment.folder.Meta;

/** The version of the jar and of the JVM it runs on. */
public final class Version implements IVersionProvider {
    /** From the jar's manifest; "development" when the classes do not come from one. */
    public static String text() {
        return Meta.version();
    }

    @Override
    public String[] getVersion() {
        return new String[] {"soopt " + text() + " (Java " + Runtime.version() + ")"};
    }
}
