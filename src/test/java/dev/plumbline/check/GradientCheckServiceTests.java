package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.limits.Limits;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Whole checks of networks that PyTorch exported, with the gradients that PyTorch computed, right and wrong. */
class GradientCheckServiceTests {

    /** One recipe in so many is tried; {@code -Dplumbline.recipes.each=1} tries them all. */
    private static final int EACH = Integer.getInteger("plumbline.recipes.each", 5);

    private final GradientCheckService service = new GradientCheckService(Limits.defaults(), new RecentReports());

    static List<Fixture> fixtures() {
        return Fixture.all();
    }

    static CheckSettings settings(Coverage coverage, long seed) {
        return new CheckSettings(coverage, null, null, null, seed, null, null, null, null, null, null, null, null);
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void passesTheGradientsOfPyTorch(Fixture fixture) {
        Map<String, Tensor> gradients = fixture.tensors("gradients.safetensors");
        for (Coverage coverage : List.of(Coverage.CERTIFIED, Coverage.EXHAUSTIVE)) {
            GradientCheckReport report = service.check(fixture.request(gradients, settings(coverage, 1)));

            assertThat(report.verdict()).as(coverage + ": " + report.summary()).isEqualTo(Verdict.PASS);
        }
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void directionsAloneTellRightFromWrong(Fixture fixture) {
        Map<String, Tensor> right = fixture.exactGradients();
        Map<String, Tensor> doubled = new LinkedHashMap<>(right);
        doubled.replaceAll((name, gradient) -> gradient.map(g -> 2 * g));
        CheckSettings settings = settings(Coverage.DIRECTIONAL, 3);

        assertThat(service.check(fixture.request(right, settings)).verdict()).isNotEqualTo(Verdict.FAIL);
        assertThat(service.check(fixture.request(doubled, settings)).verdict()).isEqualTo(Verdict.FAIL);
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void failsEveryPlantedMistakeInItsTensor(Fixture fixture) {
        Map<String, Tensor> parameters = fixture.parameters();
        List<String> missed = new ArrayList<>();
        int taken = 0;
        for (JsonNode recipe : fixture.json("mistakes/index.json")) {
            if (taken++ % (fixture.name().equals("cnn") ? 10 * EACH : EACH) != 0) {
                continue;
            }
            Map<String, Tensor> wrong = fixture.with(recipe, parameters);
            GradientCheckReport report = service.check(fixture.request(wrong, settings(Coverage.CERTIFIED, 1)));
            String tensor = recipe.get("tensor").asString();
            boolean found = report.tensors().stream()
                    .anyMatch(judged -> judged.verdict() == Verdict.FAIL
                            && (tensor.equals("*") || judged.name().equals(tensor)));
            if (!found || report.verdict() != Verdict.FAIL) {
                missed.add(recipe.get("id").asString() + " " + report.verdict());
            }
        }
        assertThat(missed).isEmpty();
    }
}
