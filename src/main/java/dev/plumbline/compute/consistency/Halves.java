package dev.plumbline.compute.consistency;

import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The gradient of a batch is that of its halves put together as its loss is: where, for all parameters w,
 *
 * <pre>
 *   L(w) = a L1(w) + b L2(w)  ==>  g = a g1 + b g2
 *
 *   a = n / N,  b = m / N          a mean over the N = n + m samples, regularised or not
 *   a = 1,      b = 1              a sum
 *   a + b = 1,  0 &lt; a &lt; 1        a weighted mean; a is read off the losses
 * </pre>
 *
 * <p>One point proves no identity: a loss of 0 is a sum and a mean alike, and batch normalisation with a scale of 0 looks
 * like either while its gradient is neither. So the losses are compared at other parameters too, and the law is broken only
 * where exactly one of the three explains every loss and the gradients contradict it. If none does, the samples see each
 * other or the sum is regularised, and nothing follows. It finds a pass that mixes up samples or counts them wrongly, since
 * the halves run in other shapes; it is blind to one that is wrong in the same way for every sample.
 */
public record Halves(Part whole, Part first, Part second) {

    public static final String CHECK = "halves";

    /** Fewer other parameters than these are no evidence. */
    static final int MINIMUM_ELSEWHERE = 2;

    /** What rounding may do to a loss that is added up in another order. */
    private static final double LOSS_ROUNDING = 1e-12;

    /**
     * Some samples with their loss and its gradient by parameter.
     *
     * @param elsewhere their losses at other parameters, which are the same for all parts
     */
    @SuppressWarnings("ArrayRecordComponent") // short, handed on once, never compared
    public record Part(int samples, double loss, double[] elsewhere, Map<String, Tensor> gradient) {

        double loss(int place) {
            return place == 0 ? loss : elsewhere[place - 1];
        }
    }

    /** @param doubt of the first weight, which the second takes up */
    private record Reduction(String name, double first, double second, double doubt) {}

    /**
     * Whether the law holds within {@code allowance}, by parameter: what rounding in float64 may do to an entry of one of
     * the gradients; there are three.
     */
    public Finding finding(Map<String, Tensor> allowance) {
        List<Reduction> possible = reductions();
        if (possible.isEmpty()) {
            return Finding.notEvaluated(
                    CHECK,
                    "the loss of the batch, %s, is neither the mean nor the sum of its halves' %s and %s, here and at other parameters"
                            .formatted(whole.loss, first.loss, second.loss));
        }
        Optional<Reduction> obeyed = possible.stream()
                .filter(reduction -> contradiction(reduction, allowance).isEmpty())
                .findFirst();
        if (obeyed.isPresent()) {
            return new Finding(
                    CHECK,
                    true,
                    "The gradient of %d samples is the %s of those of the first %d and the last %d."
                            .formatted(whole.samples, obeyed.get().name, first.samples, second.samples));
        }
        if (possible.size() > 1 || places().count() <= MINIMUM_ELSEWHERE) {
            return Finding.notEvaluated(
                    CHECK, "the losses of the batch and of its halves do not say whether they are averaged or summed");
        }
        Reduction only = possible.get(0);
        return new Finding(
                CHECK,
                false,
                "The gradient of the batch is not the %s of its halves': %s."
                        .formatted(only.name, contradiction(only, allowance).orElseThrow()));
    }

    /** Those that explain every loss; the weighted mean only where no other does. */
    private List<Reduction> reductions() {
        double share = first.samples / (double) whole.samples;
        List<Reduction> plain = Stream.of(new Reduction("mean", share, 1 - share, 0), new Reduction("sum", 1, 1, 0))
                .filter(this::explains)
                .toList();
        return plain.isEmpty() ? weighted().filter(this::explains).stream().toList() : plain;
    }

    /** {@code a = (L - L2) / (L1 - L2)}, where the halves are furthest apart for their size. */
    private Optional<Reduction> weighted() {
        return places().boxed()
                .max((one, other) -> Double.compare(apart(one), apart(other)))
                .filter(place -> apart(place) > 0)
                .map(place -> {
                    double share = (whole.loss(place) - second.loss(place)) / (first.loss(place) - second.loss(place));
                    return new Reduction("weighted mean", share, 1 - share, LOSS_ROUNDING / apart(place));
                })
                .filter(mean -> mean.first > 0 && mean.second > 0);
    }

    private double apart(int place) {
        double one = first.loss(place);
        double other = second.loss(place);
        return one == other ? 0 : Math.abs(one - other) / (Math.abs(one) + Math.abs(other));
    }

    private boolean explains(Reduction reduction) {
        return places().allMatch(place -> {
            double one = reduction.first * first.loss(place);
            double other = reduction.second * second.loss(place);
            double rounding = LOSS_ROUNDING * (Math.abs(one) + Math.abs(other))
                    + reduction.doubt * Math.abs(first.loss(place) - second.loss(place));
            return Math.abs(whole.loss(place) - (one + other)) <= rounding;
        });
    }

    /** The point itself, 0, and the other parameters at which all losses are finite. */
    private IntStream places() {
        return IntStream.rangeClosed(0, whole.elsewhere.length)
                .filter(place -> Stream.of(whole, first, second).allMatch(part -> Double.isFinite(part.loss(place))));
    }

    /** The first entry that is not what the reduction makes of the halves'. */
    private Optional<String> contradiction(Reduction reduction, Map<String, Tensor> allowance) {
        return whole.gradient.entrySet().stream()
                .flatMap(tensor -> IntStream.range(0, tensor.getValue().size())
                        .mapToObj(i -> contradiction(reduction, tensor.getKey(), i, allowance))
                        .flatMap(Optional::stream))
                .findFirst();
    }

    private Optional<String> contradiction(Reduction reduction, String name, int i, Map<String, Tensor> allowance) {
        double rounding = Objects.requireNonNull(allowance.get(name)).at(i);
        double one = entry(first, name, i);
        double other = entry(second, name, i);
        double together = reduction.first * one + reduction.second * other;
        double got = entry(whole, name, i);
        boolean agrees = Math.abs(got - together) <= 3 * rounding + reduction.doubt * Math.abs(one - other);
        return agrees || !Double.isFinite(rounding)
                ? Optional.empty()
                : Optional.of("%s has %s and not %s in position %d".formatted(name, got, together, i));
    }

    private static double entry(Part part, String name, int i) {
        Tensor gradient = part.gradient.get(name);
        return gradient == null ? Double.NaN : gradient.at(i);
    }
}
