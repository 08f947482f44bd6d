package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;

/**
 * A right gradient as a pipeline would have computed it in some datatype, and what it is judged by: where planted
 * mistakes start from. The reference is normal with a spread that varies from entry to entry by a factor of about e;
 * the allowance is a rounding bound with some cancellation; a claim is off by up to a third of it, then rounded.
 */
record Right(Datatype datatype, Tensor parameter, Tensor reference, Tensor allowance, long seed) {

    static Right of(Shape shape, Datatype datatype, long seed) {
        Random random = new Random(seed);
        double u = datatype.unitRoundoff();
        Tensor reference = Tensor.zeros(shape).map(zero -> random.nextGaussian() * Math.exp(random.nextGaussian() / 2));
        return new Right(
                datatype,
                Tensor.zeros(shape).map(zero -> random.nextGaussian()),
                reference,
                reference.map(n -> 4 * u * (Math.abs(n) + 0.25)),
                seed);
    }

    Shape shape() {
        return reference.shape();
    }

    double parameter(int i) {
        return parameter.at(i);
    }

    double norm() {
        return reference.norm();
    }

    /** The right numbers before they are spoiled: the reference, a little off. */
    double[] computed() {
        Random random = new Random(~seed);
        double[] computed = new double[reference.size()];
        for (int i = 0; i < computed.length; i++) {
            computed[i] = reference.at(i) + allowance.at(i) * (2 * random.nextDouble() - 1) / 3;
        }
        return computed;
    }

    /** The claim with these values, rounded to the datatype. */
    Comparison claiming(IntToDoubleFunction values) {
        double[] claimed = new double[reference.size()];
        for (int i = 0; i < claimed.length; i++) {
            claimed[i] = values.applyAsDouble(i);
        }
        return named("w", claimed);
    }

    Comparison named(String name, double[] claimed) {
        return new Comparison(name, Tensor.of(shape(), claimed).as(datatype), reference, allowance);
    }

    Map<String, Tensor> parameters() {
        return Map.of("w", parameter);
    }
}
