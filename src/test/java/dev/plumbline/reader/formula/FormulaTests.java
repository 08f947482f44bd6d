package dev.plumbline.reader.formula;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What names mean and what the outputs are called. */
class FormulaTests {

    private static final Map<String, Tensor> DATA = Map.of("x", Tensor.vector(1, 2, 3));

    @Test
    void callsASingleNumberTheLoss() {
        assertThat(Points.outputs("sum(x)", DATA)).isEqualTo(Map.of("out", Tensor.scalar(6), "loss", Tensor.scalar(6)));
        assertThat(Points.outputs("x", DATA)).containsOnlyKeys("out");
    }

    @Test
    void givesTheLossNoAxes() {
        assertThat(Points.outputs("[[sum(x)]]", DATA))
                .containsEntry("out", Tensor.of(Shape.of(1, 1), 6))
                .containsEntry("loss", Tensor.scalar(6));
    }

    @Test
    void namesEveryAssignedValueAsAnOutput() {
        assertThat(Points.outputs("h = 2 * x; k = h + 1\nsum(k)", DATA))
                .containsEntry("h", Tensor.vector(2, 4, 6))
                .containsEntry("k", Tensor.vector(3, 5, 7))
                .containsEntry("out", Tensor.scalar(15))
                .containsEntry("loss", Tensor.scalar(15))
                .hasSize(4);
    }

    @Test
    void keepsNamesThatTheFormulaAssignsItself() {
        assertThat(Points.outputs("out = 2 * x; sum(out)", DATA))
                .isEqualTo(Map.of("out", Tensor.vector(2, 4, 6), "loss", Tensor.scalar(12)));
        assertThat(Points.outputs("loss = sum(x); x[0]", DATA))
                .isEqualTo(Map.of("out", Tensor.scalar(1), "loss", Tensor.scalar(6)));
        assertThat(Points.outputs("loss = sum(x)", DATA))
                .isEqualTo(Map.of("out", Tensor.scalar(6), "loss", Tensor.scalar(6)));
    }

    @Test
    void makesEveryParameterAnInputButOnlyTheDataThatIsRead() {
        ProgramBuilder builder = new ProgramBuilder();
        Shape one = Shape.of(1);
        Formula.parse("sum(a * x)")
                .appendTo(builder, Map.of("a", one, "unused", one), Map.of("x", one, "ignored", one));
        Program program = builder.build();
        assertThat(program.parameters()).containsOnlyKeys("a", "unused");
        assertThat(program.data()).containsOnlyKeys("x");
    }

    @Test
    void prefersGivenAndAssignedNamesToConstants() {
        assertThat(Points.value("e", Map.of()).item()).isEqualTo(Math.E);
        assertThat(Points.value("e", Map.of("e", Tensor.scalar(5))).item()).isEqualTo(5);
        assertThat(Points.value("pi = 3; sum = pi + 1; sum", Map.of()).item()).isEqualTo(4);
    }

    @Test
    void readsAnyNameInBackquotes() {
        assertThat(Points.value("`fc 1.weight` + 1", Map.of("fc 1.weight", Tensor.scalar(2)))
                        .item())
                .isEqualTo(3);
    }

    @Test
    void callsNodesByTheirPlaceInTheText() {
        Program program = Points.program("a = x + 1\nsum(a   * x)", Map.of(), DATA);
        assertThat(program.nodes().stream().map(node -> node.label()))
                .contains("x", "line 1, column 7: x + 1", "line 2, column 9: a * x", "line 2, column 1: sum(a * x)");
    }

    @Test
    void compilesASumOfThousandsOfTerms() {
        assertThat(Points.value("x[0]" + " + 1".repeat(9_990), DATA).item()).isEqualTo(9_991);
        assertThat(Points.value("x" + ".T".repeat(19_000), DATA)).isEqualTo(Tensor.vector(1, 2, 3));
    }

    @Test
    void nestsAHundredDeep() {
        assertThat(Points.number("(".repeat(100) + "1" + ")".repeat(100))).isEqualTo(1);
        assertThat(Points.number("-".repeat(100) + "1")).isEqualTo(1);
        assertThat(Points.number("abs(".repeat(100) + "1" + ")".repeat(100))).isEqualTo(1);
    }
}
