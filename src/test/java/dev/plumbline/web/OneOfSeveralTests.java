package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.limits.Limits;
import dev.plumbline.tensor.Datatype;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

class OneOfSeveralTests {

    private final JsonMapper json = WireJson.mapper(Limits.defaults());

    record Judged(Mistake mistake) {}

    static Stream<Mistake> mistakes() {
        return Stream.of(
                new Mistake.NonFinite(List.of(List.of(1, 2)), "a"),
                new Mistake.Zero("a"),
                new Mistake.Sparse(List.of(List.of(0)), "a"),
                new Mistake.Slice("[3, :]", null, "a"),
                new Mistake.Sign(-1, "a"),
                new Mistake.Scaled(Double.NaN, "a"),
                new Mistake.Transposed("a"),
                new Mistake.Shifted(-1, null, "a"),
                new Mistake.Swapped("w", "a"),
                new Mistake.WeightDecay(0.1, "a"),
                new Mistake.Offset(3, "a"),
                new Mistake.Clipped(5, 0.5, "a"),
                new Mistake.Rounded(Datatype.FP16, "a"),
                new Mistake.Stale("a"),
                new Mistake.Accumulated("a"),
                new Mistake.Unknown("a"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void saysItsKindFirstAndIsReadBackByIt(Mistake mistake) {
        String text = json.writeValueAsString(new Judged(mistake));

        assertThat(text)
                .startsWith("{\"mistake\":{\"kind\":\"%s\","
                        .formatted(mistake.kind().wireName()))
                .endsWith("\"advice\":\"a\"}}");
        assertThat(json.readValue(text, Judged.class)).isEqualTo(new Judged(mistake));
    }

    @Test
    void thereIsARecordOfEveryKind() {
        assertThat(mistakes().map(Mistake::kind)).containsExactly(Mistake.Kind.values());
        assertThat(mistakes().map(Object::getClass).toArray(Class<?>[]::new))
                .containsExactlyInAnyOrder(Mistake.class.getPermittedSubclasses());
    }

    @Test
    void hasNoNumbersOfOtherKinds() {
        assertThat(json.writeValueAsString(new Judged(new Mistake.Shifted(null, 1, "a"))))
                .isEqualTo("{\"mistake\":{\"kind\":\"shifted\",\"axis\":1,\"advice\":\"a\"}}");
        assertThatThrownBy(() -> json.readValue(
                        "{\"mistake\": {\"kind\": \"zero\", \"axis\": 1, \"advice\": \"a\"}}", Judged.class))
                .isInstanceOf(JacksonException.class);
        assertThatThrownBy(
                        () -> json.readValue("{\"mistake\": {\"kind\": \"other\", \"advice\": \"a\"}}", Judged.class))
                .isInstanceOf(JacksonException.class);
    }
}
