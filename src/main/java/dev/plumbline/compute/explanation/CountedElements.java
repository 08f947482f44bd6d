package dev.plumbline.compute.explanation;

import dev.plumbline.compute.explanation.Cause.Kind;
import dev.plumbline.compute.program.Binary;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Reshape;
import dev.plumbline.compute.program.Unary;
import dev.plumbline.compute.program.UnaryFunction;
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
        for (LossElements elements : LossElements.of(trial.wrong().objective())) {
            Node product = product(elements.terms());
            if (product != null && found.isEmpty()) {
                for (int k = 0; k < 2; k++) {
                    found.addAll(
                            counted(product.inputs().get(k), product.inputs().get(1 - k), product));
                }
            }
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

    private List<Found> counted(Node losses, Node mask, Node product) {
        Objective objective = trial.wrong().objective();
        double[] m = objective.base().value(mask).values();
        boolean isMask = Arrays.stream(m).allMatch(each -> each == 0 || each == 1);
        int kept = (int) Arrays.stream(m).filter(each -> each == 1).count();
        boolean leavesOut = isMask && kept > 0 && kept < m.length;
        if (objective.isMoved(mask) || !leavesOut || m.length != losses.shape().size()) {
            return List.of();
        }
        List<Found> found = new ArrayList<>();
        for (boolean renews : new boolean[] {true, false}) {
            double weight = renews ? (double) kept / m.length : 1;
            Replay replay = (pass, gradient) -> {
                double[] excess = gradient.by(product).values().clone();
                for (int i = 0; i < excess.length; i++) {
                    excess[i] *= weight - m[i];
                }
                return pass.from(Map.of(losses, excess)).byParameter();
            };
            Cause cause = trial.explained(replay, 0, fit -> words(product, m.length - kept, m.length, renews, fit));
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
