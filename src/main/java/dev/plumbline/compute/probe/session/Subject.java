package dev.plumbline.compute.probe.session;

import dev.plumbline.tensor.Datatype;
import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The claim under judgement and how the function is evaluated.
 *
 * @param claim the datatype that the claim was computed in
 * @param evaluation the datatype that the function is evaluated in
 * @param deterministic whether the caller believes that equal arguments give equal values
 */
public record Subject(
        List<ProbedTensor> tensors, Product product, Datatype claim, Datatype evaluation, boolean deterministic) {

    /** What is claimed, reduced to a number along a direction by the caller. */
    public enum Product {
        /** {@code a = grad f}. */
        GRADIENT,
        /** {@code a = v' J} of a function F, with values {@code v . F}. */
        VJP,
        /** {@code v . J u} along the caller's own direction u, with values {@code v . F}. */
        JVP,
        /** {@code w . H u} along the caller's own direction u, with values {@code w . grad f}. */
        HVP;

        /** Whether there is one direction only, which the caller has. */
        public boolean isAlongGiven() {
            return this == JVP || this == HVP;
        }
    }

    public Subject {
        tensors = List.copyOf(tensors);
    }

    Subject with(List<ProbedTensor> others) {
        return new Subject(others, product, claim, evaluation, deterministic);
    }

    ProbedTensor tensor(int index) {
        return tensors.get(index);
    }

    List<Integer> all() {
        return IntStream.range(0, tensors.size()).boxed().toList();
    }

    /** The standard deviation of {@code a . d} over Gaussian directions in these tensors. */
    double contribution(Collection<Integer> set) {
        return norm(set, ProbedTensor::contribution);
    }

    /** The standard deviation of what rounding may do to {@code a . d}. */
    double claimedNoise(Collection<Integer> set) {
        return norm(set, ProbedTensor::claimedNoise);
    }

    private double norm(Collection<Integer> set, ToDoubleFunction<ProbedTensor> part) {
        double norm = 0;
        for (int tensor : set) {
            norm = Math.hypot(norm, part.applyAsDouble(tensors.get(tensor)));
        }
        return norm;
    }

    boolean isFloat32() {
        return evaluation != Datatype.FP64;
    }
}
