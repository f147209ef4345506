package soopt.model;

import java.util.List;
import soopt.backend.Activation;
import soopt.model.loss.Loss;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** Dense layers with an activation between them; modules are named layers.0, layers.1, … */
@Doc("multilayer perceptron; the defaults are the paper's: 784-1024-200-100-10 tanh on MNIST")
public record Mlp(
        @Default("[1024, 200, 100]") @Range(min = 1) @Doc("widths of the hidden layers; [] for softmax regression")
        List<Integer> hidden,

        @Default("tanh") @Doc("activation after each hidden layer")
        Activation activation,

        @Default("standard") @Doc("how weights enter a layer")
        Parameterization parameterization,

        @Default("softmax-cross-entropy") @Doc("what is made small")
        Loss loss,

        @Default("{weights: 1.0}") @Doc("how parameters start")
        Initialization init)
        implements Model {

    public Mlp {
        Constraints.check(Mlp.class, hidden, activation, parameterization, loss, init);
        hidden = List.copyOf(hidden);
    }

    @Override
    public Network network(int[] inputShape, int outputs) {
        return perceptron(inputShape, hidden, outputs, activation, parameterization, loss);
    }

    static Network perceptron(
            int[] inputShape,
            List<Integer> hidden,
            int outputs,
            Activation activation,
            Parameterization parameterization,
            Loss loss) {
        boolean ntk = parameterization == Parameterization.NTK;
        LayerList layers = new LayerList(inputShape).flatten();
        for (int width : hidden) {
            layers.dense("layers." + layers.owners(), width, ntk).activation(activation);
        }
        return layers.dense("layers." + layers.owners(), outputs, ntk).network(loss);
    }
}
