package soopt.model.layer;

import soopt.backend.Activation;
import soopt.backend.Backend;
import soopt.backend.Tensor;
import soopt.model.tangent.Directions;
import soopt.model.tangent.Jets;
import soopt.model.tangent.Pass;
import soopt.model.tangent.Series;
import soopt.model.tangent.SeriesSums;
import soopt.model.tangent.Summation;
import soopt.model.tangent.Tangent;
import soopt.model.tangent.ThirdOrder;

/**
 * a = σ(z + b) for each number.
 *
 * @param bias index in the layout of the bias that the affine layer before leaves to this one, or −1
 */
public record Elementwise(Activation activation, int bias) implements Layer {
    @Override
    public int[] outputShape(int[] inputShape) {
        return inputShape;
    }

    @Override
    public Stage begin(Pass pass, int[] inputShape) {
        return new Run(pass);
    }

    private final class Run implements Stage {
        private final Pass pass;
        private final Backend backend;
        private Tensor input;
        private Tensor s1;
        private Tensor s2;
        private Tensor s3;
        private Tensor lambda;
        private Tangent dz = Tangent.ZERO;
        private Tensor dda;

        Run(Pass pass) {
            this.pass = pass;
            this.backend = pass.backend();
        }

        @Override
        public Tensor forward(Tensor z) {
            boolean keepsInput = pass.depth() == Pass.Depth.SERIES;
            Tensor a = keepsInput || pass.isInput(z) ? pass.allocate(z.shape()) : z;
            switch (pass.depth()) {
                case VALUE -> activate(z, a);
                case GRADIENT -> {
                    s1 = pass.allocate(z.shape());
                    activate(z, a, s1);
                }
                case CURVATURE -> {
                    s1 = pass.allocate(z.shape());
                    s2 = pass.allocate(z.shape());
                    s3 = pass.allocate(z.shape());
                    activate(z, a, s1, s2, s3);
                }
                case SERIES -> {
                    input = z;
                    s1 = pass.allocate(z.shape());
                    if (bias >= 0) {
                        backend.addRowInPlace(pass.parameter(bias), z);
                    }
                    backend.activate(activation, z, a, s1);
                }
            }
            return a;
        }

        private void activate(Tensor z, Tensor... jet) {
            if (bias < 0) {
                backend.activate(activation, z, jet);
            } else {
                backend.activateBiased(activation, pass.parameter(bias), z, jet);
            }
        }

        @Override
        public void keepAdjoint(Tensor adjoint) {
            lambda = adjoint;
        }

        @Override
        public Tensor backward(Tensor adjoint) {
            lambda = adjoint;
            // The first-order pass needs λ no more; curvature does.
            Tensor result = pass.depth() == Pass.Depth.GRADIENT ? adjoint : pass.allocate(adjoint.shape());
            backend.multiply(adjoint, s1, result);
            return result;
        }

        @Override
        public void summarize(Jets jets, Summation sums) {
            int n = jets.n1();
            if (n == 0) {
                return;
            }
            double[] gram = new double[n * n];
            double[] third = new double[n];
            if (jets.third()) {
                backend.activationTangents(
                        jets.first(), jets.secondOfAll(), jets.n2(), lambda, s1, s2, s3, gram, n, third);
            } else {
                backend.activationTangents(jets.first(), lambda, s1, s2, gram, n);
            }
            backend.then(() -> sums.addRows(jets, gram, third));
            jets.secondIsOfAll();
        }

        @Override
        public void taylor(Series series, SeriesSums sums) {
            if (series.alive() == 0) {
                return;
            }
            if (ActivationSeries.isPiecewiseLinear(activation)) {
                series.each(z -> backend.multiply(z, s1, z));
                return;
            }
            try (Composition composition = new Composition(backend, activation, input, series.order())) {
                composition.apply(series, lambda, sums);
            }
        }

        @Override
        public void release() {
            pass.release(s1);
            pass.release(s2);
            pass.release(s3);
            pass.release(lambda);
        }

        @Override
        public Tangent tangent(Tangent tangents, Directions directions) {
            dz = tangents;
            return dz.map(values -> {
                Tensor da = pass.allocate(values.shape());
                backend.multiply(values, s1, da);
                return da;
            });
        }

        @Override
        public void forgetTangent() {
            dz = Tangent.ZERO;
        }

        @Override
        public void keepAdjointTangent(Tensor tangents) {
            dda = tangents;
        }

        /** λ̇_z = σ′ λ̇ + λσ″ ż. */
        @Override
        public Tensor backwardTangent(Tensor tangents, Directions directions) {
            dda = tangents;
            Tensor result = pass.allocate(tangents.shape());
            backend.multiply(tangents, s1, result);
            if (dz instanceof Tangent.Of inner) {
                try (Tensor weight = backend.allocate((int) lambda.size())) {
                    backend.multiply(lambda, s2, weight);
                    backend.multiplyAddInPlace(inner.values(), weight, result);
                }
            }
            return result;
        }

        /** ⟨λσ‴, ż^i ż^j ż^k⟩ and the three ⟨λ̇^i, σ″ ż^j ż^k⟩. */
        @Override
        public void contractThird(Directions directions, ThirdOrder third) {
            if (dz instanceof Tangent.Of inner) {
                try (Tensor weight = backend.allocate((int) lambda.size())) {
                    backend.multiply(lambda, s3, weight);
                    third.addSymmetric(inner.values(), weight);
                }
                third.addThreeOrders(dda, inner.values(), s2);
            }
        }
    }
}
