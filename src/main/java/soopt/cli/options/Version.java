package soopt.cli.options;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The version of the jar and of the JVM it runs on. */
public final class Version implements IVersionProvider {
    /** From the jar's manifest; "development" when the classes do not come from one. */
    public static String text() {
        return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    @Override
    public String[] getVersion() {
        return new String[] {"soopt " + text() + " (Java " + Runtime.version() + ")"};
    }
}
