package dev.plumbline.compute.judgement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClaimDatatypeTests {

    private static final Tensor WIDE = Tensor.vector(Math.PI, 1);
    private static final Tensor FLOATS = Tensor.vector(0.1, (float) Math.E, 2, Double.NaN);
    private static final Tensor WHOLE = Tensor.vector(1, 0, -3);

    @Test
    void eachTensorHasItsOwn() {
        assertThat(ClaimDatatype.byTensor(
                        Map.of("a", WIDE, "b", WIDE.as(Datatype.FP16), "c", FLOATS.as(Datatype.FP32))))
                .containsEntry("a", Datatype.FP64)
                .containsEntry("b", Datatype.FP16)
                .containsEntry("c", Datatype.FP32);
    }

    @Test
    void float64IsFloat32OnlyWhereAllOfItIs() {
        assertThat(ClaimDatatype.byTensor(Map.of("a", FLOATS, "b", WHOLE)))
                .containsEntry("a", Datatype.FP32)
                .containsEntry("b", Datatype.FP32);
        assertThat(ClaimDatatype.byTensor(Map.of("a", FLOATS, "b", WIDE)))
                .containsEntry("a", Datatype.FP64)
                .containsEntry("b", Datatype.FP64);
        assertThat(ClaimDatatype.byTensor(Map.of("a", FLOATS, "b", WIDE.as(Datatype.FP16))))
                .containsEntry("a", Datatype.FP32);
    }

    @Test
    void wholeNumbersAloneProveNothing() {
        assertThat(ClaimDatatype.byTensor(Map.of("a", WHOLE))).containsEntry("a", Datatype.FP64);
        assertThat(ClaimDatatype.of(List.of(WHOLE))).isEqualTo(Datatype.FP64);
        assertThat(ClaimDatatype.of(List.of(WHOLE, FLOATS))).isEqualTo(Datatype.FP32);
        assertThat(ClaimDatatype.of(List.of())).isEqualTo(Datatype.FP64);
        assertThat(ClaimDatatype.of(List.of(WIDE.as(Datatype.BF16), WIDE.as(Datatype.FP16))))
                .isEqualTo(Datatype.FP16);
    }
}
