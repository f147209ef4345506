package soopt.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import soopt.backend.Activation;
import soopt.model.loss.Loss;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** A perceptron that is trained to give back its input: the mirrored halves of Hinton and Salakhutdinov (2006). */
@Doc("autoencoder: encoder, code and mirrored decoder of dense layers, trained to give back its input (Hinton 2006)")
public record AutoencoderMlp(
        @Default("[1000, 500, 250]")
        @Range(min = 1)
        @Doc("widths of the encoder's hidden layers, mirrored in the decoder")
        List<Integer> hidden,

        @Default("30") @Range(min = 1) @Doc("units of the code, which has no activation")
        int code,

        @Default("tanh") @Doc("activation after each hidden layer")
        Activation activation,

        @Default("standard") @Doc("how weights enter a layer")
        Parameterization parameterization,

        @Default("{weights: 1.0}") @Doc("how parameters start")
        Initialization init)
        implements Model {

    public AutoencoderMlp {
        Constraints.check(AutoencoderMlp.class, hidden, code, activation, parameterization, init);
        hidden = List.copyOf(hidden);
    }

    /** Mean squared error against the input. */
    @Override
    public Loss loss() {
        return Loss.MEAN_SQUARED_ERROR;
    }

    @Override
    public boolean reconstructs() {
        return true;
    }

    @Override
    public Network network(int[] inputShape, int outputs) {
        boolean ntk = parameterization == Parameterization.NTK;
        LayerList layers = new LayerList(inputShape).flatten();
        for (int width : hidden) {
            layers.dense("layers." + layers.owners(), width, ntk).activation(activation);
        }
        layers.dense("layers." + layers.owners(), code, ntk);
        List<Integer> mirrored = new ArrayList<>(hidden);
        Collections.reverse(mirrored);
        for (int width : mirrored) {
            layers.dense("layers." + layers.owners(), width, ntk).activation(activation);
        }
        return layers.reconstruction("layers." + layers.owners(), ntk);
    }
}
