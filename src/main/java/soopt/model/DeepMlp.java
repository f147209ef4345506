package soopt.model;

import java.util.Collections;
import soopt.backend.Activation;
import soopt.model.loss.Loss;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** Perceptrons of many equal layers, by the paper's names, which differ in the default depth. */
public sealed interface DeepMlp extends Model permits DeepMlp.BigMlp, DeepMlp.VeryBigMlp {
    int depth();

    int width();

    Activation activation();

    Parameterization parameterization();

    @Override
    default Network network(int[] inputShape, int outputs) {
        return Mlp.perceptron(
                inputShape, Collections.nCopies(depth(), width()), outputs, activation(), parameterization(), loss());
    }

    /** The paper's BigMLP. */
    @Doc("the paper's BigMLP: 20 hidden layers of 1024, ELU")
    record BigMlp(
            @Default("20") @Range(min = 1, max = 10000) @Doc("number of hidden layers")
            int depth,

            @Default("1024") @Range(min = 1) @Doc("units of each hidden layer")
            int width,

            @Default("elu") @Doc("activation after each hidden layer")
            Activation activation,

            @Default("standard") @Doc("how weights enter a layer")
            Parameterization parameterization,

            @Default("softmax-cross-entropy") @Doc("what is made small")
            Loss loss,

            @Default("{weights: 1.4142135623730951}") @Doc("how parameters start")
            Initialization init)
            implements DeepMlp {
        public BigMlp {
            Constraints.check(BigMlp.class, depth, width, activation, parameterization, loss, init);
        }
    }

    /** The paper's VBigMLP. */
    @Doc("the paper's VBigMLP: 100 hidden layers of 1024, ELU")
    record VeryBigMlp(
            @Default("100") @Range(min = 1, max = 10000) @Doc("number of hidden layers")
            int depth,

            @Default("1024") @Range(min = 1) @Doc("units of each hidden layer")
            int width,

            @Default("elu") @Doc("activation after each hidden layer")
            Activation activation,

            @Default("standard") @Doc("how weights enter a layer")
            Parameterization parameterization,

            @Default("softmax-cross-entropy") @Doc("what is made small")
            Loss loss,

            @Default("{weights: 1.4142135623730951}") @Doc("how parameters start")
            Initialization init)
            implements DeepMlp {
        public VeryBigMlp {
            Constraints.check(VeryBigMlp.class, depth, width, activation, parameterization, loss, init);
        }
    }
}
