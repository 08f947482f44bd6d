package dev.plumbline.check;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.limits.Limits;
import dev.plumbline.report.DatatypeSetting;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorJson;
import dev.plumbline.tensor.TensorLimits;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A formula at a point, what is true there, and one claim about its gradient ({@code fixtures/truths/oracle.py}).
 *
 * @param kind of the truth: smooth, kink, infinite, jump, edge, nonFinite or blurred
 * @param gradient the true one, to 60 digits and rounded once; empty where there is none
 * @param allowed the verdicts that are right; INCONCLUSIVE beside them is no false word, but counted
 */
record Claimed(
        String name,
        String kind,
        String formula,
        Map<String, Tensor> parameters,
        Map<String, Tensor> data,
        Map<String, Tensor> gradient,
        String claim,
        Map<String, Tensor> claimed,
        Set<Verdict> allowed) {

    private static final GradientCheckService SERVICE =
            new GradientCheckService(Limits.defaults(), new RecentReports());
    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(TensorJson.module(TensorLimits.DEFAULT))
            .build();

    /** Every claim of a file of one function a line. */
    static List<Claimed> all(Path file) {
        List<Claimed> all = new ArrayList<>();
        try (InputStream bytes = Files.newInputStream(file);
                InputStream text = file.toString().endsWith(".gz") ? new GZIPInputStream(bytes) : bytes;
                BufferedReader lines = new BufferedReader(new InputStreamReader(text, StandardCharsets.UTF_8))) {
            lines.lines().map(JSON::readTree).forEach(function -> function.get("claims")
                    .forEach(claim -> all.add(of(function, claim))));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return all;
    }

    private static Claimed of(JsonNode function, JsonNode claim) {
        return new Claimed(
                function.get("name").asString(),
                function.get("kind").asString(),
                function.get("formula").asString(),
                tensors(function.get("parameters")),
                tensors(function.path("data")),
                tensors(function.path("gradient")),
                claim.get("name").asString(),
                tensors(claim.get("gradient")),
                claim.get("allowed")
                        .valueStream()
                        .map(verdict -> Verdict.valueOf(verdict.asString()))
                        .collect(Collectors.toSet()));
    }

    private static Map<String, Tensor> tensors(JsonNode byName) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        byName.forEachEntry((name, values) -> tensors.put(name, JSON.treeToValue(values, Tensor.class)));
        return tensors;
    }

    GradientCheckReport check(Coverage coverage) {
        CheckSettings settings = new CheckSettings(
                coverage,
                null,
                null,
                null,
                1L,
                null,
                null,
                new DatatypeSetting(Datatype.FP64, Map.of()),
                null,
                null,
                null,
                null,
                new ExplainSetting(0)); // verdicts are at stake here, not where mistakes sit
        return SERVICE.check(new GradientCheckRequest(
                Formulas.source(formula),
                null,
                parameters,
                data,
                claimed,
                settings,
                null,
                null,
                null,
                null,
                null,
                null));
    }

    /** The family of the function: its name without the number. */
    String family() {
        return name.substring(0, name.lastIndexOf('-'));
    }

    /** Whether the claim is so wrong that any direction shows it: a tenth or more, by value and by what it moves. */
    boolean isFarOff() {
        if (gradient.isEmpty()) {
            return false;
        }
        double[] off = new double[2];
        double[] right = new double[2];
        gradient.forEach((name, truth) -> {
            double[] claim = Objects.requireNonNull(claimed.get(name)).values();
            double[] w = Objects.requireNonNull(parameters.get(name)).values();
            for (int i = 0; i < claim.length; i++) {
                double size = w[i] == 0 ? 1 : Math.abs(w[i]);
                off[0] = Math.hypot(off[0], claim[i] - truth.values()[i]);
                off[1] = Math.hypot(off[1], size * (claim[i] - truth.values()[i]));
                right[0] = Math.hypot(right[0], truth.values()[i]);
                right[1] = Math.hypot(right[1], size * truth.values()[i]);
            }
        });
        return !(off[0] < 0.1 * right[0] || off[1] < 0.1 * right[1]);
    }

    @Override
    public String toString() {
        return name + " (" + kind + ") " + formula + " at " + numbers(parameters)
                + (data.isEmpty() ? "" : " with " + numbers(data)) + ", claim \"" + claim + "\" " + numbers(claimed);
    }

    private static String numbers(Map<String, Tensor> tensors) {
        return tensors.entrySet().stream()
                .map(entry -> entry.getKey() + Arrays.toString(entry.getValue().values()))
                .collect(Collectors.joining(" "));
    }
}
