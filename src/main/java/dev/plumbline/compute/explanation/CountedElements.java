package dev.plumbline.compute.explanation;

import dev.plumbline.compute.explanation.Cause.Kind;
import dev.plumbline.compute.program.Binary;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Reshape;
import dev.plumbline.compute.program.Unary;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Elements that the loss leaves out, {@code sum m_i l_i} with m 0 or 1, and that the claim counts: padding, as a rule. The
 * divisor of a mean is the old one, or the number of all.
 */
final class CountedElements {

    private final Trial trial;

    CountedElements(Trial trial) {
        this.trial = trial;
    }

    List<Found> found() {
        List<Found> found = new ArrayList<>();
        Node product = LossElements.of(trial.wrong().objective()).stream()
                .findFirst() // all hold the same terms
                .map(elements -> product(elements.terms()))
                .orElse(null);
        for (int k = 0; k < 2 && product != null; k++) {
            found.addAll(counted(product, k));
        }
        return found;
    }

    /** The multiplication that makes the terms, up to their sign. */
    private static @Nullable Node product(Node terms) {
        Node node = terms;
        while (node.op() instanceof Reshape
                || node.op() instanceof Unary unary && unary.function() == UnaryFunction.NEGATE) {
            node = node.inputs().get(0);
        }
        boolean multiplies = node.op() instanceof Binary binary && binary.function() == BinaryFunction.MULTIPLY;
        return multiplies ? node : null;
    }

    /** Where operand k is the losses and the other the mask; either may be repeated along axes of the other. */
    private List<Found> counted(Node product, int k) {
        Objective objective = trial.wrong().objective();
        Node losses = product.inputs().get(k);
        Node mask = product.inputs().get(1 - k);
        Tensor m = objective.base().value(mask);
        boolean isMask = Arrays.stream(m.values()).allMatch(each -> each == 0 || each == 1);
        int kept = (int) Arrays.stream(m.values()).filter(each -> each == 1).count();
        boolean leavesOut = isMask && kept > 0 && kept < m.size();
        if (objective.isMoved(mask) || !leavesOut) {
            return List.of();
        }
        int all = product.shape().size();
        int out = (m.size() - kept) * (all / m.size());
        List<Found> found = new ArrayList<>();
        for (boolean renews : new boolean[] {true, false}) {
            double weight = renews ? (double) kept / m.size() : 1;
            Tensor more = m.map(each -> weight - each);
            Tensor own = objective.base().value(losses);
            List<Tensor> factors = k == 0 ? List.of(own, more) : List.of(more, own);
            Replay replay = (pass, gradient) -> {
                double[][] into = new double[2][];
                into[k] = new double[losses.shape().size()];
                product.op()
                        .pullBack(
                                factors,
                                objective.base().value(product),
                                gradient.by(product).values(),
                                into);
                return pass.from(Map.of(losses, into[k])).byParameter();
            };
            Cause cause = trial.explained(replay, 0, fit -> words(product, out, all, renews, fit));
            if (cause != null) {
                found.add(new Found(cause, Found.ELEMENTS, product.id()));
            }
        }
        return found;
    }

    private static Cause words(Node product, int out, int all, boolean renews, Fit fit) {
        String title = product.origin().kind().isEmpty()
                ? product.op().title()
                : product.origin().kind();
        String divisor = renews ? ", and divides by " + all : "";
        return new Cause(
                Kind.ELEMENT_WEIGHTS,
                null,
                product.label(),
                title,
                null,
                null,
                null,
                "the %d of %d that the loss leaves out are counted".formatted(out, all),
                null,
                fit.touched(),
                fit.residual(),
                "The gradient counts the %d of %d elements of the loss that %s leaves out%s. Padding, as a rule: leave it out in the backward pass too."
                        .formatted(out, all, product.label(), divisor),
                List.of());
    }
}
