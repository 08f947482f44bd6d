package dev.plumbline.problem;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProblemTests {

    @Test
    void escapesTheStepsOfAPointer() {
        assertThat(Problem.pointer("a/b", 3, "~1")).isEqualTo("/a~1b/3/~01");
    }

    @Test
    void putsTheOuterPathInFrontAndKeepsTheRest() {
        Problem inner = Problem.invalid("/1", "ragged", 2, 3);
        Problem outer = inner.within("/w").within("gradients");
        assertThat(outer.pointer()).isEqualTo("gradients/w/1");
        assertThat(outer.code()).isEqualTo(Problem.Code.INVALID);
        assertThat(outer).hasMessage("gradients/w/1: ragged; got 2; expected 3");
    }

    @Test
    void quotesALongMistakeOnlyInPart() {
        Problem problem = Problem.malformed("", "not a name", "x".repeat(1_000_000), "a name");
        assertThat(problem.got()).hasSize(303).endsWith("x...");
        assertThat(problem.getMessage()).hasSizeLessThan(400);
    }
}
