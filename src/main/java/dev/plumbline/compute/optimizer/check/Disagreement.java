package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/** How far predicted parameters lie from the observed ones. */
final class Disagreement {

    private Disagreement() {}

    /**
     * The largest difference in units of the last place, in the parameters' datatype, of the parameter or, if that is larger,
     * of the largest step in its tensor: neither can be told more exactly. Infinite where the observed number is not finite.
     */
    static double ulps(List<ObservedStep> steps, List<Map<String, Tensor>> predicted) {
        double worst = 0;
        for (int k = 0; k < predicted.size(); k++) {
            worst = Math.max(worst, ulps(steps.get(k), predicted.get(k)));
        }
        return worst;
    }

    /** The same of one step. */
    static double ulps(ObservedStep step, Map<String, Tensor> predicted) {
        double worst = 0;
        for (Map.Entry<String, Tensor> entry : predicted.entrySet()) {
            Tensor before = requireNonNull(step.before().get(entry.getKey()));
            Tensor after = requireNonNull(step.after().get(entry.getKey()));
            worst = Math.max(worst, ulps(before, after, entry.getValue()));
        }
        return worst;
    }

    /** How many entries of one step are off by more than {@code ulps}. */
    static int count(ObservedStep step, Map<String, Tensor> predicted, double ulps) {
        int count = 0;
        for (Map.Entry<String, Tensor> entry : predicted.entrySet()) {
            Tensor before = requireNonNull(step.before().get(entry.getKey()));
            Tensor after = requireNonNull(step.after().get(entry.getKey()));
            double largest = largestStep(before, after);
            for (int i = 0; i < before.size(); i++) {
                double unit = ulp(size(before.at(i), after.at(i), largest), before.datatype());
                count += Math.abs(entry.getValue().at(i) - after.at(i)) <= ulps * unit ? 0 : 1;
            }
        }
        return count;
    }

    private static double ulps(Tensor before, Tensor after, Tensor predicted) {
        return worst(before, after, predicted, new Known(largestStep(before, after), 0))
                .ulps();
    }

    /** The largest disagreement, and where it is; -1 where none is larger than was known. */
    record Worst(double ulps, int position) {}

    /**
     * What is known of a tensor before a stretch of it is looked at.
     *
     * @param ulps of disagreement that were found elsewhere: what is less is not looked at closely
     */
    record Known(double largestStep, double ulps) {}

    static Worst worst(Tensor before, Tensor after, Tensor predicted, Known known) {
        double[] x = before.values();
        double[] y = after.values();
        double[] z = predicted.values();
        double least =
                before.datatype() == Datatype.FP32 ? 0x1p-24 : 0x1p-53; // a number's ulp is larger than so many of it
        double worst = known.ulps();
        int position = -1;
        for (int i = 0; i < x.length; i++) {
            double difference = Math.abs(z[i] - y[i]);
            double size = size(x[i], y[i], known.largestStep());
            if (!(difference <= worst * least * size)) {
                double ulps = difference / ulp(size, before.datatype());
                if (!(ulps <= worst)) {
                    worst = Double.isNaN(ulps) ? Double.POSITIVE_INFINITY : ulps;
                    position = i;
                }
            }
        }
        return new Worst(worst, position);
    }

    /** Of which an entry's last place is one: of the parameter, or of the largest step of its tensor. */
    private static double size(double before, double after, double largestStep) {
        return Math.max(Math.max(Math.abs(before), Math.abs(after)), largestStep);
    }

    private static double ulp(double size, Datatype datatype) {
        return datatype == Datatype.FP32 ? Math.ulp((float) size) : Math.ulp(size);
    }

    /**
     * The factor on the predicted updates that brings them closest to the observed ones, in the sense of least squares, each in
     * units of its parameter or of the largest step of its tensor: a large parameter's update is as inexact as its last place.
     */
    static double factor(List<ObservedStep> steps, List<Map<String, Tensor>> predicted) {
        double product = 0;
        double square = 0;
        for (int k = 0; k < predicted.size(); k++) {
            ObservedStep step = steps.get(k);
            for (Map.Entry<String, Tensor> entry : predicted.get(k).entrySet()) {
                Tensor before = requireNonNull(step.before().get(entry.getKey()));
                Tensor after = requireNonNull(step.after().get(entry.getKey()));
                double largest = largestStep(before, after);
                for (int i = 0; i < before.size() && largest > 0; i++) {
                    double size = size(before.at(i), after.at(i), largest);
                    double update = (entry.getValue().at(i) - before.at(i)) / size;
                    product += update * ((after.at(i) - before.at(i)) / size);
                    square += update * update;
                }
            }
        }
        return product / square;
    }

    /** The sum of squares of all differences, each in units of the largest step of its tensor. */
    static double squares(List<ObservedStep> steps, List<Map<String, Tensor>> predicted) {
        double sum = 0;
        for (int k = 0; k < predicted.size(); k++) {
            ObservedStep step = steps.get(k);
            for (Map.Entry<String, Tensor> entry : predicted.get(k).entrySet()) {
                Tensor before = requireNonNull(step.before().get(entry.getKey()));
                Tensor after = requireNonNull(step.after().get(entry.getKey()));
                double largest = largestStep(before, after);
                for (int i = 0; i < before.size() && largest > 0; i++) {
                    double difference = (entry.getValue().at(i) - after.at(i)) / largest;
                    sum += difference * difference;
                }
            }
        }
        return Double.isNaN(sum) ? Double.POSITIVE_INFINITY : sum;
    }

    /** Every difference, in units of its parameter or of the largest step of its tensor. */
    static double[] left(List<ObservedStep> steps, List<Map<String, Tensor>> predicted) {
        DoubleStream.Builder left = DoubleStream.builder();
        for (int k = 0; k < predicted.size(); k++) {
            for (Map.Entry<String, Tensor> entry : predicted.get(k).entrySet()) {
                Tensor before = requireNonNull(steps.get(k).before().get(entry.getKey()));
                Tensor after = requireNonNull(steps.get(k).after().get(entry.getKey()));
                double largest = largestStep(before, after);
                for (int i = 0; i < before.size() && largest > 0; i++) {
                    left.add((entry.getValue().at(i) - after.at(i)) / size(before.at(i), after.at(i), largest));
                }
            }
        }
        return left.build().toArray();
    }

    /** The largest difference, in units of the largest step of its tensor. */
    static double ofLargestStep(List<ObservedStep> steps, List<Map<String, Tensor>> predicted) {
        double worst = 0;
        for (int k = 0; k < predicted.size(); k++) {
            for (Map.Entry<String, Tensor> entry : predicted.get(k).entrySet()) {
                Tensor after = requireNonNull(steps.get(k).after().get(entry.getKey()));
                double largest =
                        largestStep(requireNonNull(steps.get(k).before().get(entry.getKey())), after);
                for (int i = 0; i < after.size(); i++) {
                    double difference = Math.abs(entry.getValue().at(i) - after.at(i));
                    worst = Math.max(worst, difference == 0 ? 0 : difference / largest);
                }
            }
        }
        return Double.isNaN(worst) ? Double.POSITIVE_INFINITY : worst;
    }

    private static double largestStep(Tensor before, Tensor after) {
        double largest = 0;
        for (int i = 0; i < before.size(); i++) {
            largest = Math.max(largest, Math.abs(after.at(i) - before.at(i)));
        }
        return largest;
    }

    /** The share of the way from one prediction to another at which the observed parameters lie, as {@link #factor}. */
    static double share(List<ObservedStep> steps, List<Map<String, Tensor>> from, List<Map<String, Tensor>> to) {
        double product = 0;
        double square = 0;
        for (int k = 0; k < from.size(); k++) {
            for (Map.Entry<String, Tensor> entry : from.get(k).entrySet()) {
                Tensor start = entry.getValue();
                Tensor end = requireNonNull(to.get(k).get(entry.getKey()));
                Tensor before = requireNonNull(steps.get(k).before().get(entry.getKey()));
                Tensor after = requireNonNull(steps.get(k).after().get(entry.getKey()));
                double largest = largestStep(before, after);
                for (int i = 0; i < start.size() && largest > 0; i++) {
                    double size = size(before.at(i), after.at(i), largest);
                    double way = (end.at(i) - start.at(i)) / size;
                    product += way * ((after.at(i) - start.at(i)) / size);
                    square += way * way;
                }
            }
        }
        return product / square;
    }

    /** The predicted parameters, had every update been {@code factor} times as large. */
    static List<Map<String, Tensor>> stretched(
            List<ObservedStep> steps, List<Map<String, Tensor>> predicted, double factor) {
        List<Map<String, Tensor>> stretched = new ArrayList<>();
        for (int k = 0; k < predicted.size(); k++) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            Map<String, Tensor> parameters = steps.get(k).before();
            predicted
                    .get(k)
                    .forEach((name, after) ->
                            tensors.put(name, stretched(requireNonNull(parameters.get(name)), after, factor)));
            stretched.add(tensors);
        }
        return stretched;
    }

    private static Tensor stretched(Tensor before, Tensor predicted, double factor) {
        double[] values = new double[before.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = before.at(i) + factor * (predicted.at(i) - before.at(i));
        }
        return Tensor.of(before.shape(), values);
    }
}
