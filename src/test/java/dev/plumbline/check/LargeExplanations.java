package dev.plumbline.check;

import com.sun.management.OperatingSystemMXBean;
import dev.plumbline.compute.explanation.Budget;
import dev.plumbline.compute.explanation.Case;
import dev.plumbline.compute.explanation.Search;
import dev.plumbline.compute.explanation.Suspect;
import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.limits.Limits;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/** Explains the claims of a folder that make_large_explanations.py wrote, and prints what that took; run by hand. */
final class LargeExplanations {

    private static final Limits LIMITS = Limits.defaults();

    private LargeExplanations() {}

    /** @param args the folder of a network and datatype, then what claims to take: parts of their names */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        CheckSettings settings =
                new JsonMapper().readValue(System.getProperty("settings", "{\"entries\": 1}"), CheckSettings.class);
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> claims = files.filter(file -> file.toString().endsWith(".safetensors"))
                    .filter(file -> !file.endsWith("data.safetensors"))
                    .filter(file -> args.length < 2
                            || Stream.of(args)
                                    .skip(1)
                                    .anyMatch(file.getFileName().toString()::contains))
                    .sorted()
                    .toList();
            for (Path claim : claims) {
                if (Boolean.getBoolean("alone")) {
                    search(folder, claim);
                } else {
                    explain(folder, claim, settings);
                }
            }
        }
    }

    private static void explain(Path folder, Path claim, CheckSettings settings) throws IOException {
        AtomicLong begun = new AtomicLong();
        AtomicLong evidence = new AtomicLong();
        AtomicLong power = new AtomicLong();
        long started = cpuTime();
        GradientCheckReport report = new GradientCheckService(LIMITS, new RecentReports())
                .check(
                        new GradientCheckRequest(
                                new ModelSource(null, Files.readAllBytes(folder.resolve("model.onnx"))),
                                LossSource.ofOutput("loss"),
                                null,
                                tensors(folder.resolve("data.safetensors")),
                                tensors(claim),
                                settings,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null),
                        progress -> {
                            switch (progress.phase()) {
                                case EVIDENCE -> evidence.compareAndSet(0, cpuTime());
                                case EXPLANATION -> begun.compareAndSet(0, cpuTime());
                                case POWER -> power.compareAndSet(0, cpuTime());
                                default -> {}
                            }
                        });
        long ended = cpuTime();
        System.out.printf(
                "%-34s %-5s before %5.2f s, evidence %5.2f s, search %5.2f s, after %5.2f s, work %6.1f  %s%n",
                claim.getFileName().toString().replace(".safetensors", ""),
                report.verdict(),
                (evidence.get() - started) / 1e9,
                ((begun.get() == 0 ? power.get() : begun.get()) - evidence.get()) / 1e9,
                (begun.get() == 0 ? 0 : power.get() - begun.get()) / 1e9,
                (ended - power.get()) / 1e9,
                report.cost().forwardPasses(),
                report.explanation() == null
                        ? "suspects "
                                + report.suspects().stream()
                                        .map(LargeExplanations::words)
                                        .toList()
                        : report.explanation().advice());
    }

    /** Of all threads, in nanoseconds: the machine is shared. */
    private static long cpuTime() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    /** The search alone, with allowances as they usually are: for a sampling profiler. */
    private static void search(Path folder, Path claim) throws IOException {
        Map<String, Tensor> claims = tensors(claim);
        GradientCheckRequest request = new GradientCheckRequest(
                new ModelSource(null, Files.readAllBytes(folder.resolve("model.onnx"))),
                LossSource.ofOutput("loss"),
                null,
                tensors(folder.resolve("data.safetensors")),
                claims,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
        Objective objective =
                CheckedModel.read(request, LIMITS.bytes(), program -> {}).objective();
        Evaluation.Gradient gradient = objective.gradient();
        List<Comparison> comparisons = new ArrayList<>();
        gradient.byParameter().forEach((name, right) -> {
            double u = Objects.requireNonNull(claims.get(name)).datatype().unitRoundoff();
            double largest = Arrays.stream(right.values()).map(Math::abs).max().orElse(0);
            comparisons.add(new Comparison(
                    name, claims.get(name), right, right.map(g -> 50 * u * (Math.abs(g) + largest) + 1e-30)));
        });
        Budget budget = Budget.of(Double.parseDouble(System.getProperty("seconds", "2")), (passes, most) -> {});
        Case wrong = new Case(
                objective, gradient, comparisons, comparisons.get(0).claimed().datatype(), 42);
        long started = cpuTime();
        Search.Findings findings = Search.of(wrong, budget);
        System.out.printf(
                "%-34s search %6.2f s, passes %6.1f  %s%n",
                claim.getFileName(),
                (cpuTime() - started) / 1e9,
                findings.passes(),
                findings.cause() == null
                        ? "suspects "
                                + findings.suspects().stream()
                                        .map(LargeExplanations::words)
                                        .toList()
                        : findings.cause().advice());
    }

    private static String words(Suspect suspect) {
        return suspect.node() + " " + suspect.operation() + " " + suspect.admits();
    }

    private static Map<String, Tensor> tensors(Path file) throws IOException {
        return Safetensors.read(Files.readAllBytes(file), TensorLimits.DEFAULT).tensors();
    }
}
