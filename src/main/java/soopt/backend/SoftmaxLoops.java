package soopt.backend;

/**
 * Softmax cross-entropy and its derivatives on the host in float64. The outputs of a network are few (N·C numbers per
 * direction), so that exactness is worth more than vector instructions here.
 */
public final class SoftmaxLoops {
    private final Backend backend;

    public SoftmaxLoops(Backend backend) {
        this.backend = backend;
    }

    private double[] host(Tensor x) {
        double[] values = new double[Math.toIntExact(x.size())];
        backend.toHost(x, values, 0);
        return values;
    }

    private int[] labels(Tensor labels, int classes) {
        double[] values = host(labels);
        int[] indices = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            indices[i] = Contract.label(values[i], i, classes);
        }
        return indices;
    }

    public double loss(Tensor logits, Tensor labels, double w) {
        Contract.classes(logits, labels);
        return w * loss(host(logits), labels(labels, logits.length(1)), logits.length(1));
    }

    public double loss(Tensor logits, Tensor labels, double w, Tensor p, Tensor gradient) {
        Contract.classes(logits, labels, p, gradient);
        int classes = logits.length(1);
        double[] y = host(logits);
        int[] label = labels(labels, classes);
        double loss = loss(y, label, classes);
        backend.fromHost(y, 0, p);
        for (int i = 0; i < label.length; i++) {
            y[i * classes + label[i]] -= 1;
        }
        for (int i = 0; i < y.length; i++) {
            y[i] *= w;
        }
        backend.fromHost(y, 0, gradient);
        return w * loss;
    }

    /** Σ over the examples, and each row of logits is replaced by its softmax. */
    private static double loss(double[] y, int[] label, int classes) {
        double loss = 0;
        for (int i = 0; i < label.length; i++) {
            int row = i * classes;
            double correctLogit = y[row + label[i]];
            loss += exponentiate(y, row, classes) - correctLogit;
        }
        return loss;
    }

    /** Replaces a row of logits by their softmax and returns log Σ exp. */
    private static double exponentiate(double[] y, int row, int classes) {
        double max = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < classes; c++) {
            max = Math.max(max, y[row + c]);
        }
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            y[row + c] = Math.exp(y[row + c] - max);
            sum += y[row + c];
        }
        for (int c = 0; c < classes; c++) {
            y[row + c] /= sum;
        }
        return max + Math.log(sum);
    }

    public int countCorrect(Tensor logits, Tensor labels) {
        Contract.classes(logits, labels);
        int classes = logits.length(1);
        double[] y = host(logits);
        int[] label = labels(labels, classes);
        int correct = 0;
        for (int i = 0; i < label.length; i++) {
            int best = 0;
            for (int c = 1; c < classes; c++) {
                if (y[i * classes + c] > y[i * classes + best]) {
                    best = c;
                }
            }
            correct += best == label[i] ? 1 : 0;
        }
        return correct;
    }

    /** Subtracts from each example of each direction its mean under p; v: [n, N, C]. */
    private static void centre(double[] p, double[] v, int classes) {
        for (int row = 0; row < v.length; row += classes) {
            int base = row % p.length;
            double mean = 0;
            for (int c = 0; c < classes; c++) {
                mean += p[base + c] * v[row + c];
            }
            for (int c = 0; c < classes; c++) {
                v[row + c] -= mean;
            }
        }
    }

    public void hessian(Tensor p, Tensor v, double w, Tensor out) {
        Contract.softmaxHessian(p, v, out);
        double[] probability = host(p);
        double[] values = host(v);
        centre(probability, values, p.length(1));
        for (int i = 0; i < values.length; i++) {
            values[i] *= w * probability[i % probability.length];
        }
        backend.fromHost(values, 0, out);
    }

    public void tangents(Tensor p, Tensor first, double w, double[] gram, int stride) {
        Contract.softmaxTangents(p, first, gram, stride);
        if (first.length(0) > 0) {
            centred(p, first, w, gram, stride);
        }
    }

    /** Centres first, adds its Gram matrix and returns it. */
    private double[] centred(Tensor p, Tensor first, double w, double[] gram, int stride) {
        double[] v = host(first);
        centre(host(p), v, p.length(1));
        backend.fromHost(v, 0, first);
        backend.gram(w, first, p, gram, stride);
        return v;
    }

    public void tangents(
            Tensor p, Tensor first, Tensor second, int n2, double w, double[] gram, int stride, double[] third) {
        Contract.softmaxTangents(p, first, second, n2, gram, stride, third);
        int n = first.length(0);
        if (n == 0) {
            return;
        }
        double[] probability = host(p);
        double[] v = centred(p, first, w, gram, stride);
        int m = probability.length;
        double[] v2 = n2 == 0 ? new double[0] : host(second);
        for (int s = 0; s < n; s++) {
            double sum = 0;
            for (int i = 0; i < m; i++) {
                double x = v[s * m + i];
                sum += probability[i] * x * (x * x + (s < n2 ? 3 * v2[s * m + i] : 0));
            }
            third[s] += w * sum;
        }
    }
}
