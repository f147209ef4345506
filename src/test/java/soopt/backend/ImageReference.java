package soopt.backend;

import java.util.Arrays;

/** Convolutions and pooling as plain float64 loops over images, windows and channels. */
public final class ImageReference {
    private ImageReference() {}

    /** One multiplication of a convolution: weight number, input number or −1 in the padding, output number. */
    interface Term {
        void visit(int weight, int input, int output);
    }

    static void forEachTerm(Convolution g, int images, Term term) {
        for (int output = 0; output < images * g.outputs(); output++) {
            int o = output % g.outChannels();
            int column = output / g.outChannels() % g.outWidth();
            int row = output / g.outChannels() / g.outWidth() % g.outHeight();
            int image = output / g.outputs();
            for (int k = 0; k < g.patch(); k++) {
                int c = k % g.channels();
                int x = column * g.stride() - g.padding() + k / g.channels() % g.kernel();
                int y = row * g.stride() - g.padding() + k / g.channels() / g.kernel();
                if (x >= 0 && x < g.width() && y >= 0 && y < g.height()) {
                    int input = g.channelsFirst()
                            ? (c * g.height() + y) * g.width() + x
                            : (y * g.width() + x) * g.channels() + c;
                    term.visit(o * g.patch() + k, image * g.inputs() + input, output);
                }
            }
        }
    }

    static double[] scaled(double beta, double[] x) {
        return beta == 0 ? new double[x.length] : Reference.combine(beta, x, 0, x);
    }

    public static double[] convolve(
            Convolution g, int n, double[] x, double[] w, double alpha, double beta, double[] out) {
        double[] values = scaled(beta, out);
        forEachTerm(g, n, (weight, input, output) -> values[output] += alpha * w[weight] * x[input]);
        return values;
    }

    public static double[] adjoint(Convolution g, int n, double[] dy, double[] w, double beta, double[] dx) {
        double[] values = scaled(beta, dx);
        forEachTerm(g, n, (weight, input, output) -> values[input] += w[weight] * dy[output]);
        return values;
    }

    public static double[] weightGradient(Convolution g, int n, double[] x, double[] dy, double beta, double[] dw) {
        double[] values = scaled(beta, dw);
        forEachTerm(g, n, (weight, input, output) -> values[weight] += x[input] * dy[output]);
        return values;
    }

    /** α Σ p pᵀ + β gram of all patches p, then α Σ p + β sum. */
    static double[] gram(Convolution g, int n, double[] x, double alpha, double beta, double[] gram, double[] sum) {
        int patch = g.patch();
        double[][] patches = new double[n * g.positions()][patch];
        Convolution one = new Convolution(
                g.channels(), g.height(), g.width(), 1, g.kernel(), g.stride(), g.padding(), g.channelsFirst());
        forEachTerm(one, n, (weight, input, output) -> patches[output][weight] = x[input]);
        double[] values = Arrays.copyOf(scaled(beta, gram), patch * patch + patch);
        System.arraycopy(scaled(beta, sum), 0, values, patch * patch, patch);
        for (double[] p : patches) {
            for (int i = 0; i < patch; i++) {
                for (int j = 0; j < patch; j++) {
                    values[i * patch + j] += alpha * p[i] * p[j];
                }
                values[patch * patch + i] += alpha * p[i];
            }
        }
        return values;
    }

    /** Input number of position j of the window of an output. */
    static int place(Pooling g, int output, int j) {
        int c = output % g.channels();
        int column = output / g.channels() % g.outWidth() * g.stride() + j % g.kernel();
        int row = output / g.channels() / g.outWidth() % g.outHeight() * g.stride() + j / g.kernel();
        return output / g.outputs() * g.inputs() + (row * g.width() + column) * g.channels() + c;
    }

    /** The position in its window of the first maximum. */
    static double[] argMax(Pooling g, int n, double[] x) {
        double[] index = new double[n * g.outputs()];
        for (int o = 0; o < index.length; o++) {
            for (int j = 1; j < g.kernel() * g.kernel(); j++) {
                if (x[place(g, o, j)] > x[place(g, o, (int) index[o])]) {
                    index[o] = j;
                }
            }
        }
        return index;
    }

    static double[] select(Pooling g, double[] x, double[] index) {
        double[] values = new double[x.length / g.inputs() * g.outputs()];
        for (int o = 0; o < values.length; o++) {
            values[o] = x[place(g, o, (int) index[o % index.length])];
        }
        return values;
    }

    static double[] scatter(Pooling g, double[] dy, double[] index) {
        double[] values = new double[dy.length / g.outputs() * g.inputs()];
        for (int o = 0; o < dy.length; o++) {
            values[place(g, o, (int) index[o % index.length])] += dy[o];
        }
        return values;
    }

    /** One pixel of a cell of an average pooling: input number, output number, share of the mean. */
    interface Member {
        void visit(int input, int output, double share);
    }

    private static void forEachMember(Averaging g, int outputs, Member member) {
        for (int o = 0; o < outputs; o++) {
            int c = o % g.channels();
            int j = o / g.channels() % g.outWidth();
            int i = o / g.channels() / g.outWidth() % g.outHeight();
            int image = o / g.outputs() * g.inputs();
            int rows = g.rowTo(i) - g.rowFrom(i);
            int columns = g.columnTo(j) - g.columnFrom(j);
            for (int y = g.rowFrom(i); y < g.rowTo(i); y++) {
                for (int x = g.columnFrom(j); x < g.columnTo(j); x++) {
                    member.visit(image + (y * g.width() + x) * g.channels() + c, o, 1.0 / (rows * columns));
                }
            }
        }
    }

    static double[] average(Averaging g, double[] x) {
        double[] values = new double[x.length / g.inputs() * g.outputs()];
        forEachMember(g, values.length, (input, output, share) -> values[output] += share * x[input]);
        return values;
    }

    static double[] averageAdjoint(Averaging g, double[] dy) {
        double[] values = new double[dy.length / g.outputs() * g.inputs()];
        forEachMember(g, dy.length, (input, output, share) -> values[input] += share * dy[output]);
        return values;
    }
}
