package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.check.TorchSets.TorchSet;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** TorchVerdicts of the running service on PyTorch's own gradients, held against those that are allowed; collects the wrong ones. */
final class TorchVerdicts {

    /** A mistake so many times larger than what the arithmetic does to a right gradient must be seen. */
    private static final double SEEN = 10;

    /** So many times larger, it must not pass; the allowance for a rounded claim is six of its standard deviations. */
    private static final double NOT_EXPLAINED = 6;

    /** A file's constants are rounded to float32, PyTorch's in float64 were not. */
    private static final double FILE = 0x1p-24;

    static final Set<Verdict> UNREFUTED = EnumSet.of(Verdict.PASS, Verdict.INCONCLUSIVE);

    private static final Set<Verdict> UNCONFIRMED = EnumSet.of(Verdict.FAIL, Verdict.INCONCLUSIVE);

    private final Caller caller;
    private final String request;
    private final List<String> wrong = new ArrayList<>();
    private int judged;
    private int passed;

    private TorchVerdicts(String request, Caller caller) {
        this.caller = caller;
        this.request = request;
    }

    /** Of the mean cross-entropy, under these settings in JSON. */
    TorchVerdicts(Caller caller, String settings) {
        this("{\"loss\": {\"kind\": \"crossEntropy\"}, \"settings\": %s}".formatted(settings), caller);
    }

    /** Of what a request says beside its files. */
    static TorchVerdicts ofRequest(Caller caller, String request) {
        return new TorchVerdicts(request, caller);
    }

    /**
     * How far a set's own arithmetic carried it from float64, by tensor, of its largest entry; no less than the median of all
     * sets, as one may be lucky.
     */
    static Map<String, Double> spread(TorchSet set, List<TorchSet> sets) {
        Map<String, Double> spread = new LinkedHashMap<>();
        for (String name : set.rounding().keySet()) {
            double[] sorted = sets.stream()
                    .mapToDouble(each -> spread(each, name))
                    .sorted()
                    .toArray();
            spread.put(name, Math.max(spread(set, name), sorted[sorted.length / 2]));
        }
        return spread;
    }

    private static double spread(TorchSet set, String name) {
        return largest(Objects.requireNonNull(set.rounding().get(name)))
                / largest(Objects.requireNonNull(set.gradients().get(name)));
    }

    static double largest(Tensor tensor) {
        double largest = 0;
        for (double value : tensor.values()) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    Caller.Answer ask(byte[] model, TorchSet set, Map<String, Tensor> claims) {
        Map<String, byte[]> parts = new LinkedHashMap<>();
        parts.put("request", request.getBytes(StandardCharsets.UTF_8));
        parts.put("model", model);
        if (!set.parameters().isEmpty()) {
            parts.put("parameters", Safetensors.write(set.parameters(), Map.of()));
        }
        parts.put("data", Safetensors.write(set.data(), Map.of()));
        parts.put("gradients", Safetensors.write(claims, Map.of()));
        return caller.upload(Caller.CHECKS, parts);
    }

    /** The set's own gradients: no tensor may FAIL, and those whose spread is at most {@code sharp} must PASS. */
    JsonNode right(byte[] model, TorchSet set, Map<String, Double> spread, double sharp) {
        JsonNode report = report(set.name(), ask(model, set, set.gradients()));
        for (JsonNode tensor : report.path("tensors")) {
            boolean passes = spread.getOrDefault(tensor.path("name").asString(), 0.0) <= sharp;
            hold(set.name(), tensor, passes ? EnumSet.of(Verdict.PASS) : UNREFUTED);
            requireReference(set, tensor);
        }
        return report;
    }

    /** The reference is what PyTorch has in float64: where it is not, the fixture or the reference is at fault. */
    private void requireReference(TorchSet set, JsonNode tensor) {
        String name = tensor.path("name").asString();
        Tensor rounding = set.rounding().get(name);
        if (rounding == null) {
            return;
        }
        Tensor gradient = Objects.requireNonNull(set.gradients().get(name));
        double close = 0x1p-20 * largest(rounding) + FILE * largest(gradient);
        for (JsonNode entry : tensor.path("entries")) {
            int at = position(entry.path("index"), gradient.shape().strides());
            double exact = gradient.at(at) - rounding.at(at);
            double reference = entry.path("reference").asDouble();
            if (!(Math.abs(reference - exact) <= close)) {
                wrong.add("%s, %s %s: the reference is %s, PyTorch's in float64 %s"
                        .formatted(set.name(), name, entry.path("index"), reference, exact));
            }
        }
    }

    private static int position(JsonNode index, int[] strides) {
        int position = 0;
        for (int axis = 0; axis < strides.length; axis++) {
            position += index.get(axis).asInt() * strides[axis];
        }
        return position;
    }

    /** A mistake in one tensor; the others stay as they are and may not FAIL. */
    void planted(byte[] model, TorchSet set, Map<String, Double> spread, Planted mistake, String name, Random random) {
        Tensor gradient = Objects.requireNonNull(set.gradients().get(name));
        Tensor claim = mistake.in(gradient, random);
        double change = change(claim, gradient) / largest(gradient);
        double rounding = spread.getOrDefault(name, 0.0);
        if (change > NOT_EXPLAINED * rounding) {
            judge(model, set, mistake, name, claim, change > SEEN * rounding ? EnumSet.of(Verdict.FAIL) : UNCONFIRMED);
        }
    }

    /** The same where the arithmetic may explain a mistake, although it spares this set: it must not pass. */
    void plantedUnconfirmed(
            byte[] model, TorchSet set, Map<String, Double> spread, Planted mistake, String name, Random random) {
        Tensor gradient = Objects.requireNonNull(set.gradients().get(name));
        Tensor claim = mistake.in(gradient, random);
        if (change(claim, gradient) > NOT_EXPLAINED * spread.getOrDefault(name, 0.0) * largest(gradient)) {
            judge(model, set, mistake, name, claim, UNCONFIRMED);
        }
    }

    private static double change(Tensor claim, Tensor gradient) {
        double change = 0;
        for (int i = 0; i < claim.size(); i++) {
            change = Math.max(change, Math.abs(claim.at(i) - gradient.at(i)));
        }
        return change;
    }

    private void judge(byte[] model, TorchSet set, Planted mistake, String name, Tensor claim, Set<Verdict> allowed) {
        String title = set.name() + ", " + mistake;
        JsonNode report = report(title, ask(model, set, set.with(name, claim)));
        for (JsonNode tensor : report.path("tensors")) {
            hold(title, tensor, tensor.path("name").asString().equals(name) ? allowed : UNREFUTED);
        }
    }

    JsonNode report(String title, Caller.Answer answer) {
        if (answer.status() != 200) {
            wrong.add(title + ": answered " + answer.status() + " " + answer.body());
        }
        return answer.body();
    }

    void hold(String title, JsonNode tensor, Set<Verdict> allowed) {
        Verdict verdict = Verdict.valueOf(tensor.path("verdict").asString());
        judged++;
        passed += verdict == Verdict.PASS ? 1 : 0;
        if (!allowed.contains(verdict)) {
            wrong.add("%s, %s: %s, not %s".formatted(title, tensor.path("name").asString(), verdict, allowed)
                    + worst(tensor, verdict));
        }
        for (JsonNode entry : tensor.path("entries")) {
            boolean undecided = entry.path("verdict").asString().equals(Verdict.INCONCLUSIVE.name());
            if (undecided && !entry.path("reason").asString("").equals("roundingDrowns")) {
                wrong.add("%s, %s: INCONCLUSIVE not by rounding but by %s"
                        .formatted(title, tensor.path("name").asString(), entry.path("reason")));
            }
        }
    }

    /** The first entries of the tensor's own verdict, each with its numbers. */
    private static String worst(JsonNode tensor, Verdict verdict) {
        StringBuilder lines = new StringBuilder();
        int shown = 0;
        for (JsonNode entry : tensor.path("entries")) {
            if (entry.path("verdict").asString().equals(verdict.name()) && shown++ < 2) {
                lines.append("%n    %s claimed %s reference %s allowance %s %s %s"
                        .formatted(
                                entry.path("index"),
                                entry.path("claimed"),
                                entry.path("reference"),
                                entry.path("allowance"),
                                verdict,
                                entry.path("reason").asString("")));
            }
        }
        return lines.toString();
    }

    /** Those of the tensors judged that passed. */
    double passed() {
        return passed / (double) judged;
    }

    void requireNoneWrong() {
        assertThat(judged).as("tensors judged").isPositive();
        assertThat(wrong.size())
                .as("%d wrong judgements of %d:%n%s%n", wrong.size(), judged, String.join("\n", wrong))
                .isZero();
    }
}
