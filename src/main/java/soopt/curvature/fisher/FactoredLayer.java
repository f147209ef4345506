package soopt.curvature.fisher;

import soopt.backend.Tensor;

/**
 * One layer z_t = W a_t + b at each of T positions (1 for dense layers) during one pass. With ā = (a, 1), V̄ = [V | v]
 * for a weight and a bias together, and δ = N ∂L/∂z the adjoint of one example's loss, its part of the Fisher matrix is
 * taken as A ⊗ G with
 *
 * <pre>
 * A = E[Σ_t ā_t ā_tᵀ] / T²      [in + 1, in + 1]
 * G = E[Σ_t δ_t δ_tᵀ] T         [out, out]
 * </pre>
 *
 * (Martens and Grosse 2015, §3 for T = 1; Grosse and Martens 2016, §3, up to a factor that passes from A to G).
 * Results are added, each example with its weight 1/N of the whole batch.
 */
public interface FactoredLayer {
    /** Index of W in the layout. */
    int weight();

    /** Index of b. */
    int bias();

    /** T. */
    int positions();

    /** N·T of this part of the batch: rows ā and δ. */
    int rows();

    /**
     * gram [in, in] += α · the corner of A that belongs to a; sums [in] += α · its last column.
     *
     * @return α · its last diagonal entry, E[Σ_t 1] / T² = 1/T over the whole batch
     */
    double addInputGram(double alpha, Tensor gram, Tensor sums);

    /** gram [out, out] += α G of the adjoints that are there. */
    void addOutputGram(double alpha, Tensor gram);

    /**
     * out [out, in + 1] += α E[(U V̄ Wᵀ)²] entry by entry, where V̄ is the gradient of one example in the adjoints that
     * are there (George et al. 2018, §3).
     *
     * @param u [out, out], a vector in each row
     * @param w vectors of in + 1 numbers, one in each row
     */
    void addSquares(double alpha, Tensor u, Augmented w, Tensor out);

    /**
     * [weight | bias] ← [weight | bias] + α g V̄ a with V̄ the gradient of this part of the batch in the adjoints that
     * are there, without forming V̄: cheaper than products with V̄ where there are fewer rows than inputs.
     *
     * @param g [out, out], symmetric
     * @param a symmetric
     */
    void addProduct(double alpha, Tensor g, Augmented a, Tensor weight, Tensor bias);
}
