package soopt.optimizer.system;

import soopt.backend.Tensor;
import soopt.curvature.Linearization;
import soopt.spec.Doc;

/** The matrix B of a quadratic model m(δ) = gᵀδ + ½ δᵀBδ of the loss. */
public enum Matrix {
    @Doc("∇²L: exact to second order, perhaps indefinite")
    HESSIAN(Linearization.Use.HESSIAN) {
        @Override
        public void times(Linearization here, Tensor v, Tensor out) {
            here.hessianVector(v, out);
        }

        @Override
        public void timesRows(Linearization here, Tensor v, Tensor out) {
            here.hessianVectors(v, out);
        }
    },
    @Doc("Jᵀ ∇²ℓ J, the generalized Gauss–Newton matrix: never indefinite (Schraudolph 2002)")
    GAUSS_NEWTON(Linearization.Use.GAUSS_NEWTON) {
        @Override
        public void times(Linearization here, Tensor v, Tensor out) {
            here.gaussNewtonVector(v, out);
        }

        @Override
        public void timesRows(Linearization here, Tensor v, Tensor out) {
            here.gaussNewtonVectors(v, out);
        }
    };

    private final Linearization.Use use;

    Matrix(Linearization.Use use) {
        this.use = use;
    }

    /** What the linearization must be able to do. */
    public Linearization.Use use() {
        return use;
    }

    /** out [P] ← B v. */
    public abstract void times(Linearization here, Tensor v, Tensor out);

    /** out [n, P] ← B v for each row of v [n, P]. */
    public abstract void timesRows(Linearization here, Tensor v, Tensor out);
}
