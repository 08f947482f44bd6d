package dev.plumbline.compute.verification;

import dev.plumbline.compute.difference.NumericGradient;
import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.difference.Progress.Phase;
import dev.plumbline.compute.difference.Scheme;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Every entry of a parameter by a difference scheme with a fixed step, as other tools do it: without an error bound. */
final class FixedScheme {

    private FixedScheme() {}

    /** Entries differenced between two looks at the clock. */
    private static final int AT_ONCE = 64;

    /** The named parameters' gradients. */
    static Map<String, Tensor> of(NumericGradient numeric, CheckPlan plan, Iterable<String> names, Progress progress) {
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        names.forEach(name -> gradients.put(name, of(numeric, plan, name, progress)));
        return gradients;
    }

    private static Tensor of(NumericGradient numeric, CheckPlan plan, String name, Progress progress) {
        Scheme scheme = Objects.requireNonNull(plan.scheme());
        Tensor parameter = numeric.objective().parameter(name);
        AtomicInteger done = new AtomicInteger();
        progress.at(Phase.SCHEME, 0, parameter.size(), 0);
        double[] values = IntStream.range(0, parameter.size())
                .parallel()
                .mapToDouble(i -> {
                    if (done.incrementAndGet() % AT_ONCE == 0) {
                        progress.at(Phase.SCHEME, done.get(), parameter.size(), numeric.evaluations());
                    }
                    return scheme.derivative(offset -> numeric.valueAtEntry(name, i, offset), plan.step());
                })
                .toArray();
        return Tensor.of(parameter.shape(), values);
    }
}
