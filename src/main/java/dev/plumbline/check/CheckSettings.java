package dev.plumbline.check;

import dev.plumbline.compute.difference.Scheme;
import dev.plumbline.compute.judgement.Mask;
import dev.plumbline.compute.verification.CheckPlan;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Spelling;
import dev.plumbline.reader.ParameterNames;
import dev.plumbline.report.DatatypeSetting;
import dev.plumbline.report.PrecisionSetting;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a gradient is to be checked; what is not said has the default below. A report echoes the resolved settings, which
 * are enough to repeat the check.
 *
 * @param coverage how much of the gradient is differenced; {@code auto}
 * @param tolerance {@code "calibrated"}, where the measured error bounds are the tolerance, or {@code {absolute,
 *     relative}} as in {@code torch.autograd.gradcheck}; with a scheme the latter, since a fixed step has no error bound
 * @param scheme a fixed difference scheme for the numeric values, instead of the sweep with error bounds
 * @param step the step of that scheme; the best for the scheme where it is not given
 * @param seed of everything random; default 42
 * @param entries how many entries of a tensor are reported; 10
 * @param samples how many entries of a tensor {@code sampled} coverage differences; 20
 * @param claimDatatype the datatype the claim was computed in, where its file or values do not say so
 * @param precision mixed precision it was computed in
 * @param include the tensors to judge, by name, {@code *} standing for any letters; default [\"*\"]
 * @param exclude the tensors to leave out
 * @param mask by tensor, the entries to judge; all of them where there is none
 * @param explain how long it is searched where a wrong gradient comes from; 2 seconds
 */
public record CheckSettings(
        @Schema(
                description =
                        "how much of the gradient is differenced; default auto, which is exhaustive where that takes less than about a second, else certified")
        @Nullable
        Coverage coverage,

        @Schema(
                description =
                        "\"calibrated\", where measured error bounds are the tolerance, or {\"absolute\": 1e-5, \"relative\": 1e-3}, as in torch.autograd.gradcheck; default \"calibrated\", with a scheme that of torch")
        @Nullable
        ToleranceSetting tolerance,

        @Schema(
                description =
                        "a difference scheme with a fixed step, instead of the sweep with error bounds; default none")
        @Nullable
        Scheme scheme,

        @Schema(description = "the step of that scheme; default the scheme's best for numbers of size 1") @Nullable
        Double step,

        @Schema(description = "of everything random; default 42") @Nullable
        Long seed,

        @Schema(description = "how many entries of a tensor are reported at most, the worst first; default 10")
        @Nullable
        Integer entries,

        @Schema(description = "how many entries of a tensor the coverage sampled differences; default 20") @Nullable
        Integer samples,

        @Schema(
                description =
                        "what the claim was computed in, one for all or by tensor; default each tensor's own, and FP32 for float64 where every value is a float32 number, too short ones only where FP64 would be refuted")
        @Nullable
        DatatypeSetting claimDatatype,

        @Schema(
                description =
                        "mixed precision that the claim was computed in: \"autocastBF16\", \"autocastFP16\", \"tf32\", or {\"compute\": \"BF16\", \"accumulate\": \"FP32\", \"keep\": [\"softmax\", \"layerNorm\", \"loss\"]}, where all three narrow and nothing kept is arithmetic in 16 bits throughout; default none")
        @Nullable
        PrecisionSetting precision,

        @Schema(description = "the tensors to judge, by name, * standing for any letters; default [\"*\"]") @Nullable
        List<String> include,

        @Schema(description = "the tensors to leave out, likewise; default []") @Nullable
        List<String> exclude,

        @Schema(
                description =
                        "which entries are judged, counted and reported, by tensor: true or 1, false or 0, in the tensor's shape. Frozen or pruned weights are left out so; a tensor of which nothing is left is not judged at all. Default: every entry")
        @Nullable
        Map<String, MaskSetting> mask,

        @Schema(
                description =
                        "whether it is searched where a wrong gradient comes from: false, or the seconds that may take; default 2, and 300 partial reverse passes at most")
        @Nullable
        ExplainSetting explain) {

    static final CheckSettings DEFAULT =
            new CheckSettings(null, null, null, null, null, null, null, null, null, null, null, null, null);

    public CheckSettings {
        if (step != null && !(step > 0 && Double.isFinite(step))) {
            throw Problem.invalid("/step", "a step is positive", step, "a number above 0");
        }
        if (step != null && scheme == null) {
            throw Problem.invalid(
                    "/step",
                    "a step belongs to a scheme",
                    "no scheme",
                    "one of forward, backward, central,"
                            + " fivePoint, richardson; without them the step is found by a sweep");
        }
        requireRange("/entries", entries, 0, 10_000);
        requireRange("/samples", samples, 1, 10_000);
    }

    private static void requireRange(String pointer, @Nullable Integer value, int least, int most) {
        if (value != null && (value < least || value > most)) {
            throw Problem.invalid(
                    pointer, "this is out of range", value, "a whole number from " + least + " to " + most);
        }
    }

    /** The same with every default in its place. */
    CheckSettings resolved() {
        return new CheckSettings(
                coverage == null ? Coverage.AUTO : coverage,
                tolerance != null ? tolerance : scheme == null ? ToleranceSetting.CALIBRATED : ToleranceSetting.TORCH,
                scheme,
                step == null && scheme != null ? Double.valueOf(scheme.bestStep()) : step,
                seed == null ? 42L : seed,
                entries == null ? 10 : entries,
                samples == null ? 20 : samples,
                claimDatatype,
                precision,
                include == null ? List.of("*") : include,
                exclude == null ? List.of() : exclude,
                mask == null ? Map.of() : mask,
                explain == null ? ExplainSetting.DEFAULT : explain);
    }

    /** The same with the coverage decided, and claims' datatypes as they were stated, if they were. */
    CheckSettings with(Coverage decided) {
        return new CheckSettings(
                decided,
                tolerance,
                scheme,
                step,
                seed,
                entries,
                samples,
                claimDatatype,
                precision,
                include,
                exclude,
                mask,
                explain);
    }

    CheckSettings with(Coverage decided, DatatypeSetting datatypes) {
        return new CheckSettings(
                decided, tolerance, scheme, step, seed, entries, samples, datatypes, precision, include, exclude, mask,
                explain);
    }

    /** The same by the names of the program's parameters. */
    CheckSettings by(ParameterNames names) {
        return new CheckSettings(
                coverage,
                tolerance,
                scheme,
                step,
                seed,
                entries,
                samples,
                claimDatatype == null
                        ? null
                        : claimDatatype.by(tensors -> names.of(tensors, "/settings/claimDatatype")),
                precision,
                include == null ? null : names.of(include),
                exclude == null ? null : names.of(exclude),
                names.of(masks(), "/settings/mask"),
                explain);
    }

    CheckSettings with(Map<String, MaskSetting> masks) {
        return new CheckSettings(
                coverage,
                tolerance,
                scheme,
                step,
                seed,
                entries,
                samples,
                claimDatatype,
                precision,
                include,
                exclude,
                masks,
                explain);
    }

    /** The plan of the check, once everything is resolved. */
    CheckPlan plan(CheckPlan.Arithmetic arithmetic) {
        return new CheckPlan(
                Objects.requireNonNull(coverage),
                Objects.requireNonNull(tolerance).tolerance(),
                scheme,
                step == null ? Double.NaN : step,
                Objects.requireNonNull(seed),
                Objects.requireNonNull(entries),
                Objects.requireNonNull(samples),
                arithmetic);
    }

    /** Which entries of each tensor are judged, where not all are. */
    Map<String, Mask> judged() {
        Map<String, Mask> judged = new LinkedHashMap<>();
        masks().forEach((name, own) -> judged.put(name, own.mask()));
        return judged;
    }

    /** How long it is searched where a wrong gradient comes from; 0 for not at all. */
    double explainSeconds() {
        return explain == null ? ExplainSetting.DEFAULT.seconds() : explain.seconds();
    }

    boolean judges(String tensor) {
        MaskSetting own = masks().get(tensor);
        return matches(include, tensor) && !matches(exclude, tensor) && (own == null || !own.isEmpty());
    }

    /** A pattern that no tensor has is misspelt: what it was to leave out would be judged. */
    void requirePatternsOf(Set<String> tensors) {
        requireMatching("/settings/include", include, tensors);
        requireMatching("/settings/exclude", exclude, tensors);
    }

    private static void requireMatching(String place, @Nullable List<String> patterns, Set<String> tensors) {
        for (int i = 0; patterns != null && i < patterns.size(); i++) {
            List<String> one = patterns.subList(i, i + 1);
            if (tensors.stream().noneMatch(tensor -> matches(one, tensor))) {
                throw Problem.invalid(
                        place + "/" + i,
                        "no tensor has such a name" + Spelling.hint(patterns.get(i), tensors),
                        patterns.get(i),
                        Spelling.oneOf(patterns.get(i), tensors) + ", * standing for any letters");
            }
        }
    }

    Map<String, MaskSetting> masks() {
        return mask == null ? Map.of() : mask;
    }

    private static boolean matches(@Nullable List<String> patterns, String name) {
        return patterns != null
                && patterns.stream().anyMatch(pattern -> {
                    String[] parts = pattern.split("\\*", -1);
                    StringBuilder regex = new StringBuilder(Pattern.quote(parts[0]));
                    for (int i = 1; i < parts.length; i++) {
                        regex.append(".*").append(Pattern.quote(parts[i]));
                    }
                    return Pattern.compile(regex.toString(), Pattern.DOTALL)
                            .matcher(name)
                            .matches();
                });
    }
}
