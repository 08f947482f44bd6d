package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Loss;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A formula at a point that some rule is to find ill, or well.
 *
 * @param loss attached to the formula; null where the formula is the loss
 */
record Ailment(
        String formula,
        Loss.@Nullable Kind loss,
        Map<String, Tensor> parameters,
        Map<String, Tensor> data,
        double lossFactor) {

    static Ailment of(String formula, Map<String, Tensor> parameters, Map<String, Tensor> data) {
        return new Ailment(formula, null, parameters, data, 1);
    }

    static Tensor normal(long seed, double deviation, int... extents) {
        Random random = new Random(seed);
        double[] values = new double[Shape.of(extents).size()];
        Arrays.setAll(values, i -> deviation * random.nextGaussian());
        return Tensor.of(Shape.of(extents), values);
    }

    /** Classes 0, 1, ..., by turns. */
    static Tensor classes(int samples, int classes) {
        double[] values = new double[samples];
        Arrays.setAll(values, n -> n % classes);
        return Tensor.vector(values);
    }

    static Tensor oneHot(int samples, int classes) {
        double[] values = new double[samples * classes];
        for (int n = 0; n < samples; n++) {
            values[n * classes + n % classes] = 1;
        }
        return Tensor.of(Shape.of(samples, classes), values);
    }

    Ailment with(Loss.Kind kind) {
        return new Ailment(formula, kind, parameters, data, lossFactor);
    }

    Ailment withFormula(String other) {
        return new Ailment(other, loss, parameters, data, lossFactor);
    }

    Ailment withParameter(String name, UnaryOperator<Tensor> change) {
        return new Ailment(formula, loss, changed(parameters, name, change), data, lossFactor);
    }

    Ailment withData(String name, UnaryOperator<Tensor> change) {
        return new Ailment(formula, loss, parameters, changed(data, name, change), lossFactor);
    }

    Ailment withLossFactor(double factor) {
        return new Ailment(formula, loss, parameters, data, factor);
    }

    private static Map<String, Tensor> changed(Map<String, Tensor> tensors, String name, UnaryOperator<Tensor> change) {
        Map<String, Tensor> changed = new LinkedHashMap<>(tensors);
        changed.computeIfPresent(name, (key, tensor) -> change.apply(tensor));
        return changed;
    }

    Objective objective() {
        String text = loss == null ? "(" + formula + ") * " + lossFactor : formula;
        return new ObjectiveReader(new ModelSource(text, null).read(), LossSource.of(loss), parameters, data)
                .read(program -> {});
    }

    Condition condition() {
        return Network.condition(objective());
    }

    Diagnosis diagnosis() {
        return Diagnosis.of(condition(), Profile.PLUMBLINE);
    }

    List<HealthFinding> findings(Symptom symptom) {
        return diagnosis().findings().stream()
                .filter(finding -> finding.rule() == symptom)
                .toList();
    }
}
