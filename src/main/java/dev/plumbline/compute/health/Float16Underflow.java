package dev.plumbline.compute.health;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Entries of the gradient that float16 flushes to 0: those of 2^-25 and less in size, half of its smallest number
 * (Micikevicius et al., 2018, section 3.2). Judged tensor by tensor, of the entries that are not 0 themselves, and only where
 * the pipeline computes in float16: this is the one rule that a constant on the loss changes, as it is its cure.
 */
record Float16Underflow(double share) implements Rule {

    /** At most this becomes 0: halfway to 2^-24, and ties go to even. */
    private static final double FLUSHED = 0x1p-25;

    /** Half of float16's largest power of two, so that a gradient may double before it overflows. */
    private static final double ROOM = 0x1p14;

    @Override
    public Judgement judge(Condition condition) {
        Map<String, Tensor> halves = condition.around().inFloat16();
        if (halves.isEmpty()) {
            return Judgement.notEvaluated(
                    Symptom.UNDERFLOW,
                    "no gradient in float16 is known before its rounding: give a model, and FP16 as"
                            + " settings.claimDatatype or settings.precision autocastFP16");
        }
        double largest = halves.values().stream()
                .mapToDouble(half -> TensorStatistics.of(half).max())
                .reduce(0, Math::max);
        if (!Double.isFinite(largest)) {
            return Judgement.notEvaluated(Symptom.UNDERFLOW, "a gradient is not finite");
        }
        double most = Math.scalb(1.0, Math.min(Double.MAX_EXPONENT, Math.getExponent(ROOM / largest)));
        List<String> names = new ArrayList<>();
        double worst = 0;
        double scale = 1;
        for (Map.Entry<String, Tensor> half : halves.entrySet()) {
            double[] values = half.getValue().values();
            double flushed = flushedShare(values, 1);
            if (flushed > share) {
                names.add(half.getKey());
                worst = Math.max(worst, flushed);
                scale = Math.max(scale, scale(values, most));
            }
        }
        return names.isEmpty()
                ? Judgement.HEALTHY
                : Judgement.of(finding(names, worst, Map.of("lossScale", scale, "largestLossScale", most), largest));
    }

    private static double flushedShare(double[] values, double factor) {
        int flushed = 0;
        int there = 0;
        for (double value : values) {
            double size = Math.abs(value) * factor;
            there += size > 0 ? 1 : 0;
            flushed += size > 0 && size <= FLUSHED ? 1 : 0;
        }
        return flushed / (double) Math.max(1, there);
    }

    /** The least power of two that leaves a tenth of the share, or the largest that does not overflow. */
    private double scale(double[] values, double most) {
        int least = 0; // exponents
        int largest = Math.max(0, Math.getExponent(most));
        while (least < largest) { // a larger scale flushes no more
            int between = (least + largest) / 2;
            if (flushedShare(values, Math.scalb(1.0, between)) > share / 10) {
                least = between + 1;
            } else {
                largest = between;
            }
        }
        return Math.scalb(1.0, least);
    }

    private HealthFinding finding(List<String> names, double worst, Map<String, Double> scales, double largest) {
        List<Remedy> remedies = new ArrayList<>();
        if (scales.getOrDefault("lossScale", 1.0) > 1) {
            remedies.add(new Remedy(
                    Remedy.Action.LOSS_SCALE,
                    "Multiply the loss by this scale and divide the gradient by it in float32, before the step; a"
                            + " larger one overflows from the last number on.",
                    scales));
        }
        remedies.add(Remedy.of(
                Remedy.Action.INVESTIGATION,
                "Compute these gradients in bfloat16 or float32, which reach as far as 1e-38."));
        return new HealthFinding(
                Symptom.UNDERFLOW,
                Severity.WARNING,
                names,
                "share of the entries other than 0 that float16 makes 0",
                worst,
                share,
                HealthFinding.above(worst, share),
                "Float16 makes %s of the gradient's entries 0 in %s: they are 2^-25 and less, where the largest of all is %s."
                        .formatted(Words.number(worst), Words.names(names), Words.number(largest)),
                remedies);
    }
}
