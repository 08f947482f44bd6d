package dev.plumbline.optimize.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.health.Diagnosis.Verdict;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.NotEvaluated;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.limits.Limits;
import dev.plumbline.optimize.training.TrainingRunReport.Health;
import dev.plumbline.optimize.training.TrainingRunReport.LayerCourse;
import dev.plumbline.optimize.training.TrainingRunStop.Reason;
import dev.plumbline.tensor.TensorJson;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.EnumNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** What a run says of its health, and how it is cancelled. */
class TrainingRunHealthTests {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enumNamingStrategy(EnumNamingStrategies.LOWER_CAMEL_CASE)
            .addModule(TensorJson.module(TensorLimits.DEFAULT))
            .build();

    private static final String SQUARE = "{'model':{'formula':'x^2'},'parameters':{'x':1},'iterations':%d,"
            + "'reportEvery':10,'optimizer':{'kind':'sgd','learningRate':%s}}";

    private static final String DENSE = "{'model':{'layers':[%s{'type':'dense','units':1}],'input':[4],'seed':3},"
            + "'loss':{'kind':'mse'},'data':{'x':[[1,2,3,4],[2,1,0,-1],[-1,0,2,1],[1,1,-2,0],[0,3,1,1],[2,2,1,-1],"
            + "[1,-1,-1,1],[0,0,1,2]],'y':[[1],[0],[1],[0],[1],[0],[1],[1]]},'iterations':100,'reportEvery':%d,"
            + "'optimizer':{'kind':'sgd','learningRate':0.01}}";

    private final TrainingRunService service = new TrainingRunService(Limits.defaults());

    private static TrainingRunRequest read(String request) {
        return JSON.readValue(request.replace('\'', '"'), TrainingRunRequest.class);
    }

    private TrainingRunReport train(String request) {
        return service.train(read(request), new TrainingRunHandle(progress -> {}));
    }

    private static List<Symptom> rules(List<HealthFinding> findings) {
        return findings.stream().map(HealthFinding::rule).toList();
    }

    @Test
    void seesAGradientVanishAtTheStart() {
        Health health = train(DENSE.formatted("{'type':'dense','units':8,'activation':'sigmoid'},".repeat(8), 10))
                .health();
        assertThat(health.verdict()).isEqualTo(Verdict.UNHEALTHY);
        assertThat(rules(health.start().findings())).contains(Symptom.VANISHING);
        assertThat(health.summary()).startsWith("At the start: Vanishing: The norm of the gradient falls");
        assertThat(health.layers()).hasSize(9);
        assertThat(health.start().iteration()).isEqualTo(1);
        assertThat(health.end()).isNotNull().satisfies(end -> assertThat(end.iteration())
                .isEqualTo(100));
    }

    @ParameterizedTest
    @CsvSource({"1, does not fall", "1.001, rises", "2, not finite at iteration 325"})
    void saysWhatTheLossDid(String rate, String words) {
        Health health = train(SQUARE.formatted(1000, rate)).health();
        assertThat(health.findings())
                .filteredOn(finding -> finding.rule() == Symptom.LOSS)
                .singleElement()
                .satisfies(finding -> assertThat(finding.cause()).contains(words));
        assertThat(health.verdict()).isEqualTo(Verdict.UNHEALTHY);
    }

    /** {@code |0.1 * 2 x| / |x|}; and the gradient is {@code 2 x}, where x shrinks by 0.8 a step. */
    @Test
    void reportsTheStepsThatWereTaken() {
        Health health = train(SQUARE.formatted(95, "0.1")).health();
        assertThat(health.iterations()).containsExactly(1L, 10L, 20L, 30L, 40L, 50L, 60L, 70L, 80L, 90L, 95L);
        LayerCourse layer = health.layers().get(0);
        assertThat(layer.name()).isEqualTo("x");
        assertThat(layer.updateRatios()).hasSize(11).allSatisfy(ratio -> assertThat(ratio)
                .isNotNull()
                .satisfies(value -> assertThat(value).isCloseTo(0.2, within(1e-12))));
        for (int i = 0; i < 11; i++) {
            double expected = 2 * Math.pow(0.8, health.iterations().get(i) - 1);
            assertThat(layer.gradientNorms().get(i)).isCloseTo(expected, within(1e-12 * expected));
        }
    }

    @Test
    void hasNoUpdateRatioWhereNoStepWasTaken() {
        String stops = SQUARE.formatted(95, "0.1").replace("'iterations'", "'stop':{'lossBelow':0.5},'iterations'");
        LayerCourse layer = train(stops).health().layers().get(0);
        assertThat(layer.updateRatios()).hasSize(2);
        assertThat(layer.updateRatios().get(0)).isNotNull();
        assertThat(layer.updateRatios().get(1)).isNull();
    }

    @Test
    void looksOnAndChangesNothing() {
        String network = "{'type':'dense','units':8,'activation':'tanh'},";
        assertThat(train(DENSE.formatted(network, 1)).parameters())
                .isEqualTo(train(DENSE.formatted(network, 100)).parameters());
    }

    @ParameterizedTest
    @ValueSource(strings = {"plumbline", "sagemaker", "autotrainer", "dl4j", "megatron"})
    void passesOverNoRuleInSilence(String profile) {
        String request = DENSE.formatted("", 10).replace("'iterations'", "'profile':'" + profile + "','iterations'");
        Health health = train(request).health();
        Set<Symptom> over = EnumSet.noneOf(Symptom.class);
        Stream.concat(health.notEvaluated().stream(), health.start().notEvaluated().stream())
                .map(NotEvaluated::rule)
                .forEach(over::add);
        Stream.concat(health.findings().stream(), health.start().findings().stream())
                .map(HealthFinding::rule)
                .forEach(over::add);
        assertThat(over).contains(Symptom.DATA);
        assertThat(health.start().notEvaluated())
                .extracting(NotEvaluated::rule)
                .doesNotContain(Symptom.LOSS, Symptom.DATA, Symptom.UPDATE_RATIO);
    }

    @Test
    void tellsItsHealthInShortOnTheWay() {
        List<TrainingRunProgress> seen = new ArrayList<>();
        service.train(read(SQUARE.formatted(95, "0.1")), new TrainingRunHandle(seen::add));
        assertThat(seen).hasSize(11).allSatisfy(progress -> {
            assertThat(progress.health().gradientNorms()).containsEntry("x", progress.gradientNorm());
            assertThat(progress.health().updateRatios()).containsOnlyKeys("x");
        });
    }

    @Test
    void stopsWhereItIsCancelledAndKeepsWhatItHas() {
        List<TrainingRunHandle> own = new ArrayList<>();
        TrainingRunHandle handle = new TrainingRunHandle(progress -> {
            if (progress.iteration() == 30) {
                own.get(0).cancel();
            }
        });
        own.add(handle);
        TrainingRunReport report = service.train(read(SQUARE.formatted(1_000_000, "0.1")), handle);
        assertThat(report.stopped()).isEqualTo(Reason.CANCELLED);
        assertThat(report.steps()).isEqualTo(30);
        assertThat(report.summary()).contains("cancelled at iteration 31");
        assertThat(report.parameters().get("x")).isNotNull();
    }

    @Test
    void stopsWhenNobodyListensAnyMore() {
        TrainingRunHandle handle = new TrainingRunHandle(progress -> {
            throw new UncheckedIOException(new IOException("gone"));
        });
        assertThat(service.train(read(SQUARE.formatted(1_000_000, "0.1")), handle)
                        .steps())
                .isEqualTo(1);
        assertThat(handle.isDeserted()).isTrue();
    }
}
