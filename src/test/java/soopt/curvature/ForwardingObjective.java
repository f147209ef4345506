package soopt.curvature;

import soopt.backend.Backend;
import soopt.backend.Tensor;

/** Another objective, but for what is overridden. */
public interface ForwardingObjective extends Objective {
    Objective inner();

    @Override
    default ParameterLayout layout() {
        return inner().layout();
    }

    @Override
    default Backend backend() {
        return inner().backend();
    }

    @Override
    default int examples() {
        return inner().examples();
    }

    @Override
    default double loss(Tensor theta) {
        return inner().loss(theta);
    }

    @Override
    default Value gradient(Tensor theta, Tensor gradient) {
        return inner().gradient(theta, gradient);
    }

    @Override
    default CurvatureSummary summary(Tensor theta, Tensor u, Partition partition, Order order) {
        return inner().summary(theta, u, partition, order);
    }

    @Override
    default Linearization at(Tensor theta, Linearization.Use use) {
        return inner().at(theta, use);
    }
}
