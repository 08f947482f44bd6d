package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Pieces of tensors, each a vector: an optimizer that treats each entry for itself takes the same steps of them. A number stays
 * one, be it a parameter or what is kept beside a tensor.
 */
sealed interface Cut {

    /** Of those that it cuts from; the others are left out. */
    Map<String, Tensor> of(Map<String, ? extends TensorSource> tensors);

    default OptimizerState of(long step, Map<String, ? extends Map<String, ? extends TensorSource>> slots) {
        Map<String, Map<String, Tensor>> pieces = new LinkedHashMap<>();
        slots.forEach((slot, moments) -> pieces.put(slot, of(moments)));
        return new OptimizerState(step, pieces);
    }

    /** A stretch of a tensor. */
    record Span(String name, int from, int length) {}

    /** Stretches, of each tensor one at most. */
    record Window(List<Span> spans) implements Cut {

        @Override
        public Map<String, Tensor> of(Map<String, ? extends TensorSource> tensors) {
            Map<String, Tensor> pieces = new LinkedHashMap<>();
            for (Span span : spans) {
                TensorSource whole = tensors.get(span.name());
                if (whole != null && whole.shape().rank() == 0) {
                    pieces.put(span.name(), whole.tensor());
                } else if (whole != null) {
                    double[] values = new double[span.length()];
                    whole.doubles(span.from(), values, span.length());
                    pieces.put(span.name(), vector(whole.datatype(), values));
                }
            }
            return pieces;
        }
    }

    /** Single entries, by the names of their tensors; in order. */
    record Picks(Map<String, int[]> positions) implements Cut {

        /** Beyond one entry in so many, reading them one by one is slower than reading all. */
        private static final int SPARSE = 64;

        @Override
        public Map<String, Tensor> of(Map<String, ? extends TensorSource> tensors) {
            Map<String, Tensor> pieces = new LinkedHashMap<>();
            positions.forEach((name, picked) -> {
                TensorSource whole = tensors.get(name);
                if (whole != null && whole.shape().rank() == 0) {
                    pieces.put(name, whole.tensor());
                } else if (whole != null) {
                    pieces.put(name, vector(whole.datatype(), values(whole, picked)));
                }
            });
            return pieces;
        }

        private static double[] values(TensorSource whole, int[] picked) {
            double[] values = new double[picked.length];
            double[] one = new double[1];
            int size = whole.shape().size();
            double[] all = whole instanceof Tensor tensor
                    ? tensor.values()
                    : (long) picked.length * SPARSE > size ? whole.doubles() : new double[0];
            for (int i = 0; i < picked.length; i++) {
                if (all.length == size) {
                    values[i] = all[picked[i]];
                } else {
                    whole.doubles(picked[i], one, 1);
                    values[i] = one[0];
                }
            }
            return values;
        }
    }

    private static Tensor vector(Datatype datatype, double[] values) {
        return Tensor.of(Shape.of(values.length), datatype, values);
    }
}
