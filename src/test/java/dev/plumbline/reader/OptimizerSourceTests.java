package dev.plumbline.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.compute.optimizer.Adam;
import dev.plumbline.compute.optimizer.AdamW;
import dev.plumbline.compute.optimizer.Epsilon;
import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.NAdam;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Preset;
import dev.plumbline.compute.optimizer.Sgd;
import dev.plumbline.compute.optimizer.WeightDecay;
import dev.plumbline.problem.Problem;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.EnumNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

class OptimizerSourceTests {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enumNamingStrategy(EnumNamingStrategies.LOWER_CAMEL_CASE)
            .build();

    @Test
    void namesEveryHyperParameterThatAnyOptimizerHasAndNoOther() {
        Set<String> known = new TreeSet<>();
        for (Kind kind : Kind.values()) {
            known.addAll(names(kind.preset(Preset.PYTORCH).getClass()));
        }
        Set<String> offered = names(OptimizerSource.class);
        offered.removeAll(Set.of("kind", "preset", "maximize"));
        assertThat(offered).isEqualTo(known);
    }

    @Test
    void takesWhatIsNotSaidFromThePreset() {
        assertThat(read("{'kind': 'adam'}").optimizer()).isEqualTo(Adam.preset(Preset.PYTORCH));
        assertThat(read("{'kind': 'adam', 'preset': 'keras', 'beta1': 0.8}").optimizer())
                .isEqualTo(new Adam(1e-3, 0.8, 0.999, 1e-7, Epsilon.EPSILON_HAT, WeightDecay.NONE));
    }

    @Test
    void readsMomentumAndWeightDecayAsTheKindMeansThem() {
        assertThat(((Sgd) read("{'kind': 'sgd', 'momentum': 0.9}").optimizer()).momentum())
                .isEqualTo(0.9);
        assertThat(((AdamW) read("{'kind': 'adamw', 'weightDecay': 0.1}").optimizer()).weightDecay())
                .isEqualTo(WeightDecay.decoupled(0.1));
        String l2 = "{'kind': 'nadam', 'weightDecay': {'kind': 'l2', 'rate': 0.1}}";
        assertThat(((NAdam) read(l2).optimizer()).weightDecay()).isEqualTo(WeightDecay.l2(0.1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'weightDecay': {'kind': 'l2', 'rate': 0.1, 'decoupled': true} | /weightDecay/decoupled | kind and rate",
                "'weightDecay': {'kind': 'none', 'rate': 0.1} | /weightDecay/rate | 0, or kind l2 or decoupled",
                "'weightDecay': {'kind': 'l1', 'rate': 0.1} | /weightDecay/kind | one of none, l2, decoupled",
                "'weightDecay': {'kind': 'l2'} | /weightDecay/rate | a number, or kind and rate, a number",
                "'dampening': 0.5 | /dampening | a momentum",
                "'momentum': 'x' | /momentum | a number"
            })
    void refusesWhatSaysNothingOrContradictsItself(String given, String pointer, String expected) {
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> read("{'kind': 'sgd', " + given + "}").optimizer())
                .satisfies(problem -> assertThat(problem.pointer()).isEqualTo(pointer))
                .satisfies(problem -> assertThat(problem.expected()).isEqualTo(expected));
    }

    /** What an answer says about its optimizer may be sent again. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void takesBackWhatItSays(Kind kind) {
        Optimizer optimizer = kind.preset(Preset.PYTORCH);
        assertThat(read(JSON.writeValueAsString(HyperParameters.of(optimizer))).optimizer())
                .isEqualTo(optimizer);
    }

    @Test
    void namesThePresetsThatHaveTheOptimizer() {
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> read("{'kind': 'adamw', 'preset': 'nd4j'}").optimizer())
                .satisfies(problem -> assertThat(problem.expected()).isEqualTo("one of pytorch, optax, keras"));
    }

    @Test
    void refusesAHyperParameterOfAnotherKind() {
        assertThatThrownBy(() -> read("{'kind': 'sgd', 'beta1': 0.9}").optimizer())
                .hasMessageContaining("/beta1")
                .hasMessageContaining("learningRate, momentum");
        assertThatThrownBy(() -> read("{'kind': 'adam', 'beta1': 1.5}").optimizer())
                .hasMessageContaining("/beta1");
    }

    private static Set<String> names(Class<?> type) {
        Set<String> names = new TreeSet<>();
        Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).forEach(names::add);
        return names;
    }

    private static OptimizerSource read(String json) {
        return JSON.readValue(json.replace('\'', '"'), OptimizerSource.class);
    }
}
