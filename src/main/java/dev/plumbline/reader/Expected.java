package dev.plumbline.reader;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Float32Numbers;
import dev.plumbline.tensor.Tensor;
import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the pipeline's own forward pass gave at this point: whether the model here is the same.
 *
 * @param loss as printed; a rounding in its last digit counts for nothing
 * @param outputs by the model's names
 */
public record Expected(@Nullable Double loss, @Nullable Map<String, Tensor> outputs) {

    public Map<String, Tensor> outputsOrNone() {
        return outputs == null ? Map.of() : outputs;
    }

    /** What it was computed in: float32 where every number is one, exactly or as printed. */
    public Datatype datatype() {
        boolean narrow = loss == null || Float32Numbers.are(Tensor.scalar(loss));
        return narrow && outputsOrNone().values().stream().allMatch(Float32Numbers::are)
                ? Datatype.FP32
                : Datatype.FP64;
    }

    /** One unit of the last decimal that a number is written with: {@code 2.3103} may be anything within 0.0001. */
    static double lastDigit(double printed) {
        return Double.isFinite(printed) ? BigDecimal.valueOf(printed).ulp().doubleValue() : 0;
    }
}
