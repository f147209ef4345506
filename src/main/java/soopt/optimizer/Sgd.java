package soopt.optimizer;

import soopt.optimizer.direction.Direction;
import soopt.optimizer.step.Problem;
import soopt.spec.Constraints;
import soopt.spec.Default;
import soopt.spec.Doc;
import soopt.spec.Range;

/** θ ← θ − η u with u of {@link Direction.Sgd} (torch.optim.SGD 1.13). */
@Doc("stochastic gradient descent with momentum")
public record Sgd(
        @Range(above = 0) @Doc("η") double stepSize,

        @Default("0.0") @Range(min = 0, below = 1) @Doc("μ: buffer ← μ buffer + (1 − dampening) gradient; 0 for none")
        double momentum,

        @Default("0.0") @Range(min = 0, below = 1) @Doc("1 − the weight of each gradient but the first in the buffer")
        double dampening,

        @Default("false") @Doc("direction = gradient + μ buffer; without dampening only")
        boolean nesterov,

        @Default("0.0") @Range(min = 0) @Doc("adds this times the parameters to the gradient")
        double weightDecay)
        implements Optimizer {
    public Sgd {
        Constraints.check(Sgd.class, stepSize, momentum, dampening, nesterov, weightDecay);
        new Direction.Sgd(momentum, dampening, nesterov, weightDecay);
    }

    @Override
    public Iteration start(Problem problem) {
        return new FirstOrder(problem, new Direction.Sgd(momentum, dampening, nesterov, weightDecay), stepSize);
    }
}
