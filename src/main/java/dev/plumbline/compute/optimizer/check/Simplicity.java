package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.RmsProp;
import dev.plumbline.compute.optimizer.Sgd;
import dev.plumbline.compute.optimizer.WeightDecay;

/**
 * How much it takes to believe in an optimizer at a fitted learning rate, where several fit equally well: the sum of
 *
 * <ul>
 *   <li>its kind: sgd 0; adam 1; adamw, rmsprop, adagrad 2; the others 3
 *   <li>1 for a momentum of 0.9, 2 for another; 1 each for Nesterov's, centering and, save adamw's own, weight decay; 2 for
 *       dampening
 *   <li>its learning rate: 0 for 1, 2 or 5 times a power of ten, else as many as it has digits, but at
 *       most 4
 * </ul>
 *
 * So a rate of 0.01 in sgd goes before the same in radam, and nadam at 0.002 before adam at 0.00294732.
 */
final class Simplicity {

    private static final int MANY = 4;

    private Simplicity() {}

    static int cost(Optimizer optimizer, int digits) {
        return ofRate(optimizer.learningRate(), digits) + ofKind(optimizer.kind()) + ofParts(optimizer);
    }

    private static int ofRate(double rate, int digits) {
        double leading = rate / Math.pow(10, Math.floor(Math.log10(rate) + 1e-9));
        long first = Math.round(leading);
        return digits == 1 && (first == 1 || first == 2 || first == 5) ? 0 : Math.min(digits, MANY);
    }

    private static int ofKind(Kind kind) {
        return switch (kind) {
            case SGD -> 0;
            case ADAM -> 1;
            case ADAMW, RMSPROP, ADAGRAD -> 2;
            case AMSGRAD, NADAM, RADAM, ADAMAX, ADADELTA -> 3;
            case LION, LAMB, ADAFACTOR, ADABELIEF, MUON, SCHEDULE_FREE -> 3;
            case ASGD, RPROP, LBFGS -> 4;
        };
    }

    private static int ofParts(Optimizer optimizer) {
        boolean decays = optimizer.weightDecay().kind() != WeightDecay.Kind.NONE && optimizer.kind() != Kind.ADAMW;
        int parts = decays ? 1 : 0;
        if (optimizer instanceof Sgd sgd) {
            return parts + ofMomentum(sgd.momentum()) + (sgd.nesterov() ? 1 : 0) + (sgd.dampening() > 0 ? 2 : 0);
        }
        if (optimizer instanceof RmsProp rmsProp) {
            return parts + ofMomentum(rmsProp.momentum()) + (rmsProp.centered() ? 1 : 0);
        }
        return parts;
    }

    private static int ofMomentum(double momentum) {
        return momentum == 0 ? 0 : momentum == 0.9 ? 1 : 2;
    }
}
