package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code a} where the condition is not 0, else {@code b}; three inputs of one shape (condition, a, b). */
public record Select() implements Op {

    @Override
    public Shape shape(List<Shape> inputs) {
        if (!inputs.get(0).equals(inputs.get(1)) || !inputs.get(1).equals(inputs.get(2))) {
            throw Problem.invalid("", "select needs three tensors of one shape", inputs, "equal shapes");
        }
        return inputs.get(0);
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape) {
        double[] condition = inputs.get(0).values();
        double[] a = inputs.get(1).values();
        double[] b = inputs.get(2).values();
        double[] y = new double[shape.size()];
        for (int i = 0; i < y.length; i++) {
            y[i] = condition[i] != 0 ? a[i] : b[i];
        }
        return y;
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        return value(Copies.all(copies, inputs, differs), shape.prepend(copies));
    }

    @Override
    public boolean isSmooth() {
        return false;
    }

    /** The branch taken, element by element: the condition is its limit on this side, and nothing else goes on. */
    @Override
    public Germ germ(List<Germ> inputs, Side side) {
        double[] condition = inputs.get(0).value().values();
        boolean first = false;
        boolean second = false;
        double[] @Nullable [] terms = new double[side.order()][];
        for (int i = 0; i < condition.length; i++) {
            Germ taken = inputs.get(condition[i] != 0 ? 1 : 2);
            first |= condition[i] != 0;
            second |= condition[i] == 0;
            for (int k = 1; k <= side.order(); k++) {
                if (taken.at(k, i) != 0) {
                    double[] term = terms[k - 1];
                    term = term == null ? new double[condition.length] : term;
                    term[i] = taken.at(k, i);
                    terms[k - 1] = term;
                }
            }
        }
        int known = Math.min(
                first ? inputs.get(1).known() : side.order() + 1,
                second ? inputs.get(2).known() : side.order() + 1);
        return new Germ(Germs.value(this, inputs, side), terms, known, side.isAtPoint());
    }

    @Override
    public void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        double[] condition = inputs.get(0).values();
        double[] da = into[1];
        double[] db = into[2];
        for (int i = 0; i < cotangent.length; i++) {
            double[] chosen = condition[i] != 0 ? da : db;
            if (chosen != null) {
                chosen[i] += cotangent[i];
            }
        }
    }
}
