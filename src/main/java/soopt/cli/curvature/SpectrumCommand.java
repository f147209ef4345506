package soopt.cli.curvature;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.cli.options.Arguments;
import soopt.cli.options.ComputeOptions;
import soopt.cli.options.DataOptions;
import soopt.cli.options.SpecArguments;
import soopt.curvature.CurvatureSummary;
import soopt.curvature.Linearization;
import soopt.curvature.Order;
import soopt.file.Column;
import soopt.file.Shown;
import soopt.optimizer.system.Matrix;
import soopt.random.RandomStreams;
import soopt.solver.Lanczos;
import soopt.solver.Operator;
import soopt.solver.spectrum.Spectrum;
import soopt.solver.spectrum.SummarySpectrum;
import soopt.spec.yaml.SpecException;

/** Looks at the eigenvalues of the Hessian, of the Gauss–Newton matrix and of H̄ at given weights. */
@Command(
        name = "spectrum",
        mixinStandardHelpOptions = true,
        header = "Compute eigenvalues of H, of the Gauss–Newton matrix G and of H̄ at given weights.",
        description =
                "Leading pairs, with each vector's share of every group; the trace; the density; and which part of"
                        + " the eigenvalues lies near zero. H and G are known by their products with random vectors, H̄ exactly:"
                        + " along the gradient, and along its parts u_s brought to length 1.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  soopt spectrum configs/quickstart.yaml --limit 1000",
            "  soopt spectrum configs/quickstart.yaml --weights results/quickstart/runs/<id> --out spectrum",
            "  soopt spectrum configs/mlp_adam.yaml --matrix hessian --top 20 --steps 100"
        })
public final class SpectrumCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SpecArguments arguments;

    @Mixin
    private DataOptions data;

    @Mixin
    private ComputeOptions compute;

    @Mixin
    private LookOptions look;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "write eigenvalues, shares, density and spread as CSV, and spectrum.json, to this folder")
    private Path out;

    @Option(
            names = "--matrix",
            split = ",",
            converter = Kind.Reader.class,
            paramLabel = "NAME",
            description = "${COMPLETION-CANDIDATES}, several with commas (default: all)")
    private List<Kind> kinds = List.of(Kind.values());

    @Option(
            names = "--top",
            defaultValue = "5",
            paramLabel = "K",
            description = "leading pairs, by |λ| (default: ${DEFAULT-VALUE})")
    private int top;

    @Option(
            names = "--steps",
            defaultValue = "60",
            paramLabel = "M",
            description = "Lanczos steps from each random vector, as many as fit curvature.memory, and samples of the"
                    + " trace (default: ${DEFAULT-VALUE})")
    private int steps;

    @Option(
            names = "--probes",
            defaultValue = "4",
            paramLabel = "N",
            description = "random vectors for the density (default: ${DEFAULT-VALUE})")
    private int probes;

    @Option(
            names = "--seed",
            defaultValue = "1",
            paramLabel = "N",
            description = "of the random vectors (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--json", description = "print JSON on stdout")
    private boolean json;

    /** A matrix whose eigenvalues are looked at. */
    enum Kind {
        HESSIAN("hessian"),
        GAUSS_NEWTON("gauss-newton"),
        SUMMARY("summary");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** Of the word on the command line. */
        static final class Reader implements ITypeConverter<Kind> {
            @Override
            public Kind convert(String text) {
                return Arrays.stream(values())
                        .filter(kind -> kind.word.equals(text))
                        .findFirst()
                        .orElseThrow(() -> new TypeConversionException(Shown.quoted(text) + " is no matrix; known: "
                                + HESSIAN + ", " + GAUSS_NEWTON + ", " + SUMMARY));
            }
        }

        /** The word on the command line. */
        @Override
        public String toString() {
            return word;
        }
    }

    /** The columns of the files of --out. */
    public static Map<String, List<? extends Column<?>>> columns() {
        return SpectrumReport.columns();
    }

    @Override
    public Integer call() {
        Arguments.requirePositive(spec, "--top", top);
        Arguments.requirePositive(spec, "--steps", steps);
        Arguments.requirePositive(spec, "--probes", probes);
        Optional<Path> folder = Optional.ofNullable(out);
        SpectrumReport report = look.look(() -> arguments.source(compute.overrides()), data, folder, this::compute);
        return look.print(json, folder, report::json, report::text, report::write);
    }

    private SpectrumReport compute(Look at) {
        Set<Kind> wanted = EnumSet.copyOf(kinds);
        List<SpectrumReport.Whole> wholes = new ArrayList<>();
        int allowed = allowed(at);
        if (wanted.contains(Kind.HESSIAN)) {
            wholes.add(whole(at, Matrix.HESSIAN, allowed));
        }
        if (wanted.contains(Kind.GAUSS_NEWTON)) {
            wholes.add(whole(at, Matrix.GAUSS_NEWTON, allowed));
        }
        Optional<SpectrumReport.Projected> projected =
                wanted.contains(Kind.SUMMARY) ? Optional.of(projected(at)) : Optional.empty();
        double loss = projected
                .map(both -> both.summary().loss())
                .orElseGet(() -> wholes.get(0).loss());
        return new SpectrumReport(
                at.partition(),
                at.objective().examples(),
                loss,
                new SpectrumReport.Asked(top, steps, probes, seed),
                allowed,
                wholes,
                projected);
    }

    /** The steps that are taken: P at most, and no more than fit the memory. */
    private int allowed(Look at) {
        try {
            int most = Lanczos.stepsWithin(memory(at), at.bench().backend(), size(at));
            return Math.min(steps, most);
        } catch (IllegalArgumentException e) {
            throw SpecException.of("curvature.memory", List.of(e.getMessage() + "; raise it"));
        }
    }

    private static long memory(Look at) {
        return at.bench().network().curvatureMemory();
    }

    private static int size(Look at) {
        return at.partition().layout().size();
    }

    private SpectrumReport.Whole whole(Look at, Matrix matrix, int allowed) {
        Backend backend = at.bench().backend();
        try (Linearization here = at.objective().at(at.theta(), matrix.use())) {
            // a kept pass gains nothing by several vectors at once
            long fitting = memory(at) / Lanczos.bytes(backend, size(at), allowed);
            int together = here.isKept() ? 1 : (int) Math.max(1, Math.min(probes, fitting));
            Spectrum.Effort effort = new Spectrum.Effort(top, allowed, probes, together);
            at.begin(matrix == Matrix.HESSIAN ? "Hessian" : "Gauss–Newton", effort.products());
            Spectrum spectrum = Spectrum.of(
                    backend, operator(matrix, here, at), at.partition(), effort, RandomStreams.of(seed, "spectrum", 0));
            return new SpectrumReport.Whole(matrix, here.value().loss(), spectrum);
        }
    }

    private static Operator operator(Matrix matrix, Linearization here, Look at) {
        return new Operator() {
            @Override
            public void apply(Tensor v, Tensor product) {
                matrix.times(here, v, product);
                at.did(1);
            }

            @Override
            public void applyRows(Tensor v, Tensor product) {
                if (here.isKept()) {
                    Operator.super.applyRows(v, product);
                } else {
                    matrix.timesRows(here, v, product);
                    at.did(v.length(0));
                }
            }
        };
    }

    private SpectrumReport.Projected projected(Look at) {
        Tensor gradient = at.bench().vector();
        at.begin("gradient");
        at.objective().gradient(at.theta(), gradient);
        at.begin("H̄");
        CurvatureSummary summary = at.objective().summary(at.theta(), gradient, at.partition(), Order.SECOND);
        double[] values = new double[size(at)];
        at.bench().backend().toHost(gradient, values, 0);
        double[] lengths =
                Arrays.stream(at.partition().squares(values)).map(Math::sqrt).toArray();
        return new SpectrumReport.Projected(
                summary,
                lengths,
                SummarySpectrum.ofUnit(summary.hessian(), lengths, top),
                SummarySpectrum.of(summary.hessian(), top));
    }
}
