package dev.plumbline.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Loss;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.verification.CheckPlan;
import dev.plumbline.compute.verification.Claims;
import dev.plumbline.compute.verification.Evidence;
import dev.plumbline.compute.verification.MeasuredClaims;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.reader.onnx.OnnxModel;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A certified check of the networks that engine_models.py wrote: processor seconds of the checking thread and of the whole
 * process (garbage collection and compilation included), bytes allocated, forward passes of work. Medians of some checks
 * after warming up; one line of JSON a network.
 *
 * <pre>
 *   java -Djava.util.concurrent.ForkJoinPool.common.parallelism=0 -cp ... dev.plumbline.bench.EngineProfile
 *       target/engine 3 cnn resnet18-quarter gpt-5m mlp-25m
 * </pre>
 */
public final class EngineProfile {

    private static final TensorLimits LIMITS = new TensorLimits(1L << 30, 10_000, 8, 8 << 20);
    private static final OperatingSystemMXBean MACHINE =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    private final Objective objective;
    private final Map<String, Tensor> claims;

    private EngineProfile(Objective objective, Map<String, Tensor> claims) {
        this.objective = objective;
        this.claims = claims;
    }

    /** What one run took. */
    private record Cost(double thread, double process, double wall, double bytes, double collecting) {

        static Cost of(Runnable work) {
            double begin = System.nanoTime();
            double process = MACHINE.getProcessCpuTime();
            double thread = THREADS.getCurrentThreadCpuTime();
            double bytes = THREADS.getCurrentThreadAllocatedBytes();
            double collecting = garbage();
            work.run();
            return new Cost(
                    (THREADS.getCurrentThreadCpuTime() - thread) / 1e9,
                    (MACHINE.getProcessCpuTime() - process) / 1e9,
                    (System.nanoTime() - begin) / 1e9,
                    THREADS.getCurrentThreadAllocatedBytes() - bytes,
                    garbage() - collecting);
        }

        private static double garbage() {
            return ManagementFactory.getGarbageCollectorMXBeans().stream()
                            .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                            .sum()
                    / 1e3;
        }
    }

    public static void main(String[] arguments) throws IOException {
        int repeats = Integer.parseInt(arguments[1]);
        for (String network : Arrays.copyOfRange(arguments, 2, arguments.length)) {
            read(Path.of(arguments[0], network)).measure(network, repeats);
        }
        System.exit(0);
    }

    private static EngineProfile read(Path folder) throws IOException {
        Map<String, Tensor> data = tensors(folder.resolve("data.safetensors"));
        Map<String, Tensor> claims = tensors(folder.resolve("gradients.safetensors"));
        Objective objective = new ObjectiveReader(
                        OnnxModel.read(Files.readAllBytes(folder.resolve("model.onnx"))),
                        LossSource.of(Loss.Kind.CROSS_ENTROPY),
                        Map.of(),
                        data)
                .within(16e9)
                .read(program -> {});
        Map<String, Tensor> own = new LinkedHashMap<>(claims);
        own.keySet().retainAll(objective.program().parameters().keySet());
        if (own.size() != objective.program().parameters().size()) {
            throw new IllegalStateException(
                    "parameters " + objective.program().parameters().keySet() + ", claims " + claims.keySet());
        }
        return new EngineProfile(objective, own);
    }

    private static Map<String, Tensor> tensors(Path file) throws IOException {
        return Safetensors.read(Files.readAllBytes(file), LIMITS).tensors();
    }

    private void measure(String network, int repeats) {
        long warm = System.nanoTime();
        Map<Verdict, Integer> verdicts = new HashMap<>();
        double passes;
        double certified;
        do {
            MeasuredClaims last = measurement();
            passes = last.measurement().passes();
            certified = last.measurement().certificate().certifiedTo();
            verdicts.clear();
            evidence(last).tensors().forEach(tensor -> verdicts.merge(tensor.verdict(), 1, Integer::sum));
        } while (System.nanoTime() - warm < 5_000_000_000L);
        Cost[] checks = new Cost[repeats];
        Cost[] forwards = new Cost[repeats];
        Cost[] reverses = new Cost[repeats];
        for (int repeat = 0; repeat < repeats; repeat++) {
            forwards[repeat] = Cost.of(() -> objective.program().evaluate(objective.point()));
            reverses[repeat] = Cost.of(() -> objective.gradient().byParameter());
            checks[repeat] = Cost.of(() -> evidence(measurement()));
        }
        System.out.printf(
                "{\"network\": \"%s\", \"forward\": %.4f, \"reverse\": %.4f, \"thread\": %.3f, \"process\": %.3f,"
                        + " \"wall\": %.3f, \"collecting\": %.3f, \"megabytes\": %.0f, \"passes\": %.1f,"
                        + " \"certifiedTo\": %.3e, \"verdicts\": \"%s\"}%n",
                network,
                median(forwards).thread(),
                median(reverses).thread(),
                median(checks).thread(),
                median(checks).process(),
                median(checks).wall(),
                median(checks).collecting(),
                median(checks).bytes() / 1e6,
                passes,
                certified,
                verdicts);
    }

    private static Cost median(Cost[] costs) {
        Cost[] sorted = costs.clone();
        Arrays.sort(sorted, (a, b) -> Double.compare(a.thread(), b.thread()));
        return sorted[sorted.length / 2];
    }

    private MeasuredClaims measurement() {
        Map<String, Datatype> datatypes = new HashMap<>();
        claims.forEach((name, claim) -> datatypes.put(name, claim.datatype()));
        CheckPlan plan = CheckPlan.certified(new CheckPlan.Arithmetic(datatypes, null, true), 10);
        return MeasuredClaims.of(
                objective, objective.gradientOfParameters(), plan, own -> Claims.of(claims), Progress.NONE);
    }

    private static Evidence evidence(MeasuredClaims measured) {
        return Evidence.of(measured.examination(), Progress.NONE);
    }
}
