package soopt.cli.doctor;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import soopt.cli.options.DataOptions;
import soopt.cli.options.ExitCode;
import soopt.cli.terminal.Natives;

/** Looks at what the program needs on this machine. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        header =
                "Check Java, memory, engines, GPUs, libraries, data sets, the results folder and SLURM on this machine.",
        description = {
            "Every engine that can be used here multiplies two matrices; of the others it is said what they lack."
                    + " In the results folder files are made, replaced, linked and taken away again.",
            "The exit code is 5 if the engine of device: auto cannot compute, else 0."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  soopt doctor", "  soopt doctor --results /scratch/me --json"})
public final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private DataOptions data;

    @Option(
            names = "--results",
            paramLabel = "DIR",
            defaultValue = "results",
            description = "the folder whose file system is tried (default: ${DEFAULT-VALUE})")
    private Path results;

    @Option(names = "--json", description = "print JSON on stdout")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        Findings findings = new Findings();
        MachineCheck.of(findings);
        GraphicsCheck.of(findings);
        Optional<String> problem = EngineCheck.of(err, findings);
        Natives.state(problem.isEmpty()).ifPresent(state -> {
            findings.row(state.word(), "native cache", state.text());
            findings.json().put("native_cache", state.text());
        });
        DataCheck.of(data.store(err), findings);
        FolderCheck.of(results, findings);
        ClusterCheck.of(findings);
        findings.json().put("ready", problem.isEmpty());
        problem.ifPresent(text -> findings.json().put("problem", text));
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? findings.json().pretty() : findings.text() + last(problem) + System.lineSeparator());
        out.flush();
        return problem.isPresent() ? ExitCode.DEVICE : ExitCode.OK;
    }

    private static String last(Optional<String> problem) {
        return problem.map(text -> "the engine does not work: " + text).orElse("ready");
    }
}
