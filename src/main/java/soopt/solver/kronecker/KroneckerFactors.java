package soopt.solver.kronecker;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.curvature.Linearization;
import soopt.curvature.ParameterLayout;
import soopt.curvature.ParameterLayout.Parameter;
import soopt.curvature.ParameterLayout.Role;
import soopt.curvature.fisher.FactorVisitor;
import soopt.curvature.fisher.FactoredLayer;
import soopt.curvature.fisher.OutputAdjoints;
import soopt.solver.Solve;
import soopt.spec.Doc;
import soopt.spec.yaml.SpecException;

/**
 * The Fisher matrix as a block A ⊗ G for each layer with a weight and a bias, averaged over batches, and its inverse
 * (Martens and Grosse 2015; Grosse and Martens 2016; George et al. 2018). What belongs to no such layer, or to a loss
 * that shows none, is left as it is.
 */
public final class KroneckerFactors implements AutoCloseable {
    /** How inverses of the factors are found. */
    public enum Inverse {
        @Doc("from eigenvalues and eigenvectors")
        EIGEN,
        @Doc("by Cholesky's factorization: faster; factored damping only")
        CHOLESKY
    }

    /** What averages begin with. */
    public enum Start {
        @Doc("the first sample; the k-th then weighs at least 1/k (Martens and Grosse 2015, §5)")
        SAMPLE,
        @Doc("the identity, as a sample before the first")
        IDENTITY
    }

    /** Which inverse of A ⊗ G + λ I. */
    public enum Damping {
        /** Shared between the factors by π. */
        FACTORED,
        /** Of the product, in the eigenbasis. */
        EXACT,
        /** Of the mean squares in the eigenbasis. */
        SQUARES
    }

    /**
     * @param decay of the averages: average ← decay · average + (1 − decay) · sample
     * @param damping λ
     */
    public record Options(double decay, Start start, double damping, Damping kind, Inverse inverse) {}

    /** How the inverse of one layer was made anew. */
    public record Refreshed(String weight, double pi, Solve solve) {}

    /** Rows of a factor: an array in float64 counts 2 GiB. */
    static final int LARGEST = 16_000;

    private final ParameterLayout layout;
    private final Options options;
    private final Map<Integer, Block> blocks = new TreeMap<>();
    private final List<Integer> others = new ArrayList<>();
    private final Backend backend;

    /** One layer. */
    private static final class Block implements AutoCloseable {
        private final FactorAverages averages;
        private final BlockInverse inverse;
        /** Whether the loss shows the layer; else its gradient stays as it is. */
        private boolean shown;
        /** Rows ā of one example. */
        private long positions = 1;
        /** In the averages of the factors, and in those of the squares. */
        private long samples;

        private long squares;

        Block(FactorAverages averages, BlockInverse inverse) {
            this.averages = averages;
            this.inverse = inverse;
        }

        @Override
        public void close() {
            inverse.close();
            averages.close();
        }
    }

    public KroneckerFactors(Backend backend, ParameterLayout layout, Options options) {
        this.backend = backend;
        this.layout = layout;
        this.options = options;
        for (int i = 0; i < layout.count(); i++) {
            if (isWeightWithBias(i)) {
                blocks.put(i, block(i));
                i++;
            } else {
                others.add(i);
            }
        }
    }

    /**
     * Whether the factors of every layer can be inverted.
     *
     * @throws SpecException with the layer that is too large, and what to use instead
     */
    public static void requireFit(ParameterLayout layout) {
        for (Parameter weight : layout.parameters()) {
            if (weight.role() != Role.WEIGHT || weight.shape().size() < 2) {
                continue;
            }
            int out = weight.shape().get(0);
            int rows = Math.max(out, weight.size() / out + 1);
            if (rows > LARGEST) {
                throw new SpecException(String.format(
                        Locale.ROOT,
                        "%s has a factor of %,d rows (%,d MiB in float64), but factors of at most %,d rows are inverted;"
                                + " use a smaller layer, or a method without factors, as l-bfgs or adam",
                        weight.name(),
                        rows,
                        (long) rows * rows >> 17,
                        LARGEST));
            }
        }
    }

    private boolean isWeightWithBias(int i) {
        if (i + 1 == layout.count()) {
            return false;
        }
        Parameter weight = layout.get(i);
        Parameter bias = layout.get(i + 1);
        return weight.role() == Role.WEIGHT
                && bias.role() == Role.BIAS
                && weight.layer() == bias.layer()
                && weight.shape().size() > 1
                && weight.shape().get(0) == bias.size();
    }

    private Block block(int weight) {
        int out = layout.get(weight + 1).size();
        int in = layout.get(weight).size() / out;
        FactorAverages averages = new FactorAverages(backend, in, out);
        averages.setIdentity();
        BlockInverse inverse = options.kind == Damping.FACTORED
                ? new FactoredInverse(backend, options.damping, options.inverse, in, out)
                : new EigenInverse(backend, options.damping, in, out);
        return new Block(averages, inverse);
    }

    /** Averages the factors of a batch in. */
    public void observe(Linearization pass, OutputAdjoints adjoints) {
        for (Block block : blocks.values()) {
            block.samples++;
            block.averages.scale(decay(block.samples));
        }
        pass.factors(adjoints, new FactorVisitor() {
            @Override
            public void inputs(FactoredLayer layer) {
                Block block = blocks.get(layer.weight());
                block.shown = true;
                block.positions = layer.positions();
                block.averages.addInputs(1 - decay(block.samples), layer);
            }

            @Override
            public void adjoints(FactoredLayer layer) {
                Block block = blocks.get(layer.weight());
                block.averages.addAdjoints(1 - decay(block.samples), layer);
            }
        });
    }

    /** Of the k-th sample, from 1. */
    private double decay(long k) {
        return options.start == Start.IDENTITY ? options.decay : Math.min(1 - 1.0 / k, options.decay);
    }

    /** Makes the inverses anew; a layer whose average is not finite begins again with the next sample. */
    public List<Refreshed> refresh() {
        Map<Integer, Refreshed> result = new TreeMap<>();
        backend.together(() -> blocks.forEach((weight, block) -> {
            if (block.shown) {
                block.inverse.refresh(
                        block.averages.input(),
                        block.averages.output(),
                        ended -> result.put(weight, refreshed(weight, block, ended)));
            }
        }));
        backend.await();
        return List.copyOf(result.values());
    }

    private Refreshed refreshed(int weight, Block block, BlockInverse.Refreshed ended) {
        if (!ended.finite()) {
            block.averages.setIdentity();
            block.samples = 0;
        }
        block.squares = 0;
        return new Refreshed(layout.get(weight).name(), block.inverse.pi(), ended.solve());
    }

    /** Averages the squares of a batch in, in the basis of the last refresh, where they begin anew. */
    public void observeSquares(Linearization pass, OutputAdjoints adjoints) {
        for (Block block : blocks.values()) {
            if (block.shown) {
                block.squares++;
                ((EigenInverse) block.inverse).scaleSquares(squaresDecay(block));
            }
        }
        pass.factors(adjoints, new FactorVisitor() {
            @Override
            public void inputs(FactoredLayer layer) {}

            @Override
            public void adjoints(FactoredLayer layer) {
                Block block = blocks.get(layer.weight());
                ((EigenInverse) block.inverse).addSquares(1 - squaresDecay(block), layer);
            }
        });
        backend.together(() -> {
            for (Block block : blocks.values()) {
                if (block.shown) {
                    ((EigenInverse) block.inverse).useSquares(finite -> block.squares = finite ? block.squares : 0);
                }
            }
        });
    }

    private double squaresDecay(Block block) {
        return Math.min(1 - 1.0 / block.squares, options.decay);
    }

    /** Whether {@link #apply} with the pass is cheaper than without for some layer. */
    public boolean prefersPass(int examples) {
        return blocks.values().stream().anyMatch(block -> byRows(block, examples));
    }

    private boolean byRows(Block block, int examples) {
        return block.shown && block.inverse.prefersRows(examples * block.positions);
    }

    /**
     * out [P] ← the inverse applied to the gradient [P].
     *
     * @param pass that the gradient is of, if it is kept
     */
    public void apply(Tensor gradient, Optional<Linearization> pass, int examples, Tensor out) {
        for (int parameter : others) {
            backend.copy(layout.view(gradient, parameter), layout.view(out, parameter));
        }
        for (Map.Entry<Integer, Block> entry : blocks.entrySet()) {
            int weight = entry.getKey();
            Block block = entry.getValue();
            if (pass.isPresent() && byRows(block, examples)) {
                backend.fill(layout.view(out, weight), 0);
                backend.fill(layout.view(out, weight + 1), 0);
            } else if (block.shown) {
                block.inverse.apply(
                        layout.view(gradient, weight),
                        layout.view(gradient, weight + 1),
                        layout.view(out, weight),
                        layout.view(out, weight + 1));
            } else {
                backend.copy(layout.view(gradient, weight), layout.view(out, weight));
                backend.copy(layout.view(gradient, weight + 1), layout.view(out, weight + 1));
            }
        }
        pass.ifPresent(kept -> addRows(kept, examples, out));
    }

    private void addRows(Linearization pass, int examples, Tensor out) {
        pass.factors(new OutputAdjoints.OfTargets(), new FactorVisitor() {
            @Override
            public void inputs(FactoredLayer layer) {}

            @Override
            public void adjoints(FactoredLayer layer) {
                Block block = blocks.get(layer.weight());
                if (byRows(block, examples)) {
                    block.inverse.add(layer, layout.view(out, layer.weight()), layout.view(out, layer.bias()));
                }
            }
        });
    }

    /** Everything of the state that is a tensor, by name. */
    public void forEachTensor(BiConsumer<String, Tensor> visit) {
        blocks.forEach((weight, block) -> {
            BiConsumer<String, Tensor> named =
                    (name, tensor) -> visit.accept(layout.get(weight).name() + "." + name, tensor);
            block.averages.forEachTensor(named);
            block.inverse.forEachTensor(named);
        });
    }

    /** The rest of the state. */
    public double[] numbers() {
        double[] numbers = new double[5 * blocks.size()];
        int i = 0;
        for (Block block : blocks.values()) {
            numbers[i++] = block.averages.corner();
            numbers[i++] = block.shown ? 1 : 0;
            numbers[i++] = block.positions;
            numbers[i++] = block.samples;
            numbers[i++] = block.squares;
        }
        return numbers;
    }

    public void setNumbers(double[] numbers) {
        int i = 0;
        for (Block block : blocks.values()) {
            block.averages.setCorner(numbers[i++]);
            block.shown = numbers[i++] != 0;
            block.positions = (long) numbers[i++];
            block.samples = (long) numbers[i++];
            block.squares = (long) numbers[i++];
        }
    }

    @Override
    public void close() {
        blocks.values().forEach(Block::close);
    }
}
