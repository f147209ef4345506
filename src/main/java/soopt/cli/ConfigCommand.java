package soopt.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import soopt.cli.options.ExitCode;
import soopt.cli.options.SpecArguments;
import soopt.cli.terminal.Usage;
import soopt.experiment.file.Experiment;
import soopt.spec.JsonSchema;
import soopt.spec.SpecSource;
import soopt.spec.SpecWriter;
import soopt.spec.yaml.SpecException;

/** Looks at an experiment file without running it. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        header = "Show or validate an experiment file, or print the JSON Schema of all of them.",
        subcommands = {ConfigCommand.Show.class, ConfigCommand.Validate.class, ConfigCommand.Schema.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt config show configs/quickstart.yaml training.epochs=2",
            "  soopt config validate configs/quickstart.yaml",
            "  soopt config schema > soopt.schema.json"
        })
final class ConfigCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Usage.print(spec.commandLine(), spec.commandLine().getErr());
        return ExitCode.USAGE;
    }

    /** config show. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            header = "Print the file with the overrides applied and every default written out.",
            footerHeading = "%nExamples:%n",
            footer = {"  soopt config show configs/quickstart.yaml optimizer.step-size=0.3"})
    static final class Show implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private SpecArguments arguments;

        @Option(names = "--json", description = "print JSON instead of YAML")
        private boolean json;

        @Override
        public Integer call() {
            Experiment experiment = SpecArguments.bind(arguments.source());
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(SpecWriter.toJson(experiment).toPrettyString());
            } else {
                out.print(SpecWriter.toYaml(experiment));
            }
            out.flush();
            return ExitCode.OK;
        }
    }

    /** config validate. */
    @Command(
            name = "validate",
            mixinStandardHelpOptions = true,
            header = "Say whether the file is right; each mistake is one line, and the exit code is 3.",
            description =
                    "Read are the file and, of data in files, the shapes: also that model, loss and partition fit the data,"
                            + " where its shapes are known, and that the files it names are there.",
            footerHeading = "%nExamples:%n",
            footer = {"  soopt config validate configs/quickstart.yaml"})
    static final class Validate implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private SpecArguments arguments;

        @Override
        public Integer call() {
            SpecSource source = arguments.source();
            Experiment experiment = SpecArguments.bind(source);
            requireFiles(source, experiment);
            SpecArguments.placed(source, () -> {
                experiment.requireFit();
                return experiment;
            });
            spec.commandLine().getOut().println("ok: " + experiment.experiment());
            return ExitCode.OK;
        }

        private static void requireFiles(SpecSource source, Experiment experiment) {
            List<String> problems = new ArrayList<>();
            experiment
                    .files()
                    .forEach((key, file) -> file.problem()
                            .map(text -> source.place(SpecException.of(key, List.of(text))))
                            .ifPresent(problem -> problems.addAll(problem.problems())));
            if (!problems.isEmpty()) {
                throw new SpecException(problems);
            }
        }
    }

    /** config schema. */
    @Command(
            name = "schema",
            mixinStandardHelpOptions = true,
            header = "Print the JSON Schema of experiment files, for editors.",
            footerHeading = "%nExamples:%n",
            footer = {"  soopt config schema > soopt.schema.json"})
    static final class Schema implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            spec.commandLine().getOut().println(JsonSchema.of(Experiment.class));
            return ExitCode.OK;
        }
    }
}
