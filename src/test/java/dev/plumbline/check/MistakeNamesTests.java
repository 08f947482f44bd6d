package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.Mistakes;
import dev.plumbline.compute.judgement.Setting;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Counts;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.rounding.Allowances;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Mistakes planted in the gradients of real networks are found, and called what they are. */
class MistakeNamesTests {

    /** In so few entries one clipped entry is one wrong entry, and one factor any number: there are no more names. */
    private static final int FEW = 8;

    static List<Fixture> fixtures() {
        return Fixture.all();
    }

    /** A fixture's reference and allowances, for any number of claims. */
    private record Bench(Objective objective, Map<String, Tensor> reference, Allowances allowances) {

        static Bench of(Fixture fixture, long seed) {
            Objective objective = fixture.objective();
            Evaluation.Gradient gradient = objective.gradient();
            Datatype datatype = fixture.dtype().equals("float64") ? Datatype.FP64 : Datatype.FP32;
            Map<String, Datatype> datatypes = new LinkedHashMap<>();
            gradient.byParameter().keySet().forEach(name -> datatypes.put(name, datatype));
            return new Bench(
                    objective,
                    gradient.byParameter(),
                    Allowances.of(objective, gradient, datatypes, null, datatype == Datatype.FP32, seed));
        }

        List<Comparison> compare(Map<String, Tensor> claims) {
            List<Comparison> comparisons = new ArrayList<>();
            claims.forEach((name, claim) -> comparisons.add(new Comparison(
                    name, claim, Objects.requireNonNull(reference.get(name)), allowances.allowance(name))));
            return comparisons;
        }
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void namesEveryIdentifiableMistake(Fixture fixture) {
        Bench bench = Bench.of(fixture, 1);
        List<String> misnamed = new ArrayList<>();
        for (JsonNode recipe : fixture.json("mistakes/index.json")) {
            Map<String, Tensor> wrong = fixture.with(recipe, bench.objective.point());
            List<Comparison> comparisons = bench.compare(wrong);
            Map<String, Mistake> names =
                    Mistakes.name(comparisons, bench.objective.point(), setting(Counts.of(bench.objective)));
            for (Comparison comparison : comparisons) {
                String planted = recipe.get("tensor").asString();
                if (planted.equals("*") || planted.equals(comparison.name())) {
                    Mistake named = names.get(comparison.name());
                    String kind = recipe.get("kind").asString();
                    String found = named == null ? "nothing" : named.kind().wireName();
                    boolean few = comparison.size() <= FEW && (found.equals("unknown") || found.equals("sparse"));
                    if (!found.equals(kind) && !few) {
                        misnamed.add("%s at %s %s: %s"
                                .formatted(
                                        recipe.get("id").asString(),
                                        comparison.name(),
                                        comparison.claimed().shape(),
                                        found));
                    }
                }
            }
        }
        assertThat(misnamed).isEmpty();
    }

    /** PyTorch's own gradients, judged with allowances from many seeds. */
    @ParameterizedTest
    @MethodSource("fixtures")
    void raisesNoFalseAlarmWithAnySeed(Fixture fixture) {
        Map<String, Tensor> claims = fixture.tensors("gradients.safetensors");
        for (long seed = 100; seed < 120; seed++) {
            for (Comparison comparison : Bench.of(fixture, seed).compare(claims)) {
                assertThat(comparison.verdict()).as(seed + " " + comparison).isEqualTo(Verdict.PASS);
            }
        }
    }

    private static Setting setting(Counts counts) {
        return new Setting(counts.batch(), counts.outputs(), 1);
    }
}
