package dev.plumbline.bench;

import dev.plumbline.compute.difference.ExhaustiveGradient;
import dev.plumbline.compute.difference.NumericTensor;
import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.verification.CheckPlan;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Every entry by differences, a certified measurement, and the reverse-mode gradient they are about. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class GradientBenchmark {

    @Param({"mlp-100", "mlp-1k", "mlp-5k", "mlp-20k", "cnn"})
    public String network = "mlp-100";

    private Objective objective = Networks.named("mlp-100");

    @Setup
    public void read() {
        objective = Networks.named(network);
    }

    @Benchmark
    public Map<String, NumericTensor> exhaustive() {
        return ExhaustiveGradient.of(objective, 1);
    }

    @Benchmark
    public dev.plumbline.compute.verification.Measurement certified() {
        CheckPlan plan = CheckPlan.certified(new CheckPlan.Arithmetic(Map.of(), null, false), 10);
        return dev.plumbline.compute.verification.Measurement.of(objective, plan, Progress.NONE);
    }

    @Benchmark
    public Map<String, Tensor> reverseMode() {
        return objective.gradient().byParameter();
    }
}
