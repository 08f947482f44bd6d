package dev.plumbline.check;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.product.SparsityPattern;
import dev.plumbline.compute.program.Products;
import dev.plumbline.tensor.Shape;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * A sparsity pattern, held against the Jacobian at the point and beside it.
 *
 * @param claimed elements that the pattern has
 * @param seen elements that were seen to be other than 0; those of the pattern that were not are no mistake
 */
public record SparsityReport(
        String output,
        String by,
        Verdict verdict,
        @Schema(description = "one plain sentence") String summary,

        @Schema(description = "elements that the pattern has")
        long claimed,

        @Schema(description = "elements that were seen to be other than 0, at the point or beside it")
        long seen,

        @Schema(description = "the first 20 elements that are other than 0 and not in the pattern")
        List<OutsideReport> outside,

        @Schema(description = "how many there are") long outsideCount) {

    /**
     * An element that the pattern does not have.
     *
     * @param outputIndex of the element of the output
     * @param byIndex of the element that it moves with
     */
    public record OutsideReport(int row, int column, List<Integer> outputIndex, List<Integer> byIndex, double value) {}

    static SparsityReport of(SparsityPattern pattern, SparsityPattern.Judged judged, Products functions) {
        Shape rows = functions.program().output(pattern.output()).shape();
        Shape columns = Objects.requireNonNull(functions.inputs().get(pattern.by()));
        List<OutsideReport> outside = judged.outside().stream()
                .map(each -> new OutsideReport(
                        each.row(),
                        each.column(),
                        index(rows, each.row()),
                        index(columns, each.column()),
                        each.value()))
                .toList();
        return new SparsityReport(
                pattern.output(),
                pattern.by(),
                judged.verdict(),
                words(pattern, judged, outside),
                judged.claimed(),
                judged.seen(),
                outside,
                judged.outsideCount());
    }

    private static List<Integer> index(Shape shape, int flat) {
        return Arrays.stream(shape.index(flat)).boxed().toList();
    }

    private static String words(SparsityPattern pattern, SparsityPattern.Judged judged, List<OutsideReport> outside) {
        String jacobian = "the Jacobian of %s by %s".formatted(pattern.output(), pattern.by());
        return switch (judged.verdict()) {
            case PASS, KINK -> "The pattern holds all of %s that was seen.".formatted(jacobian);
            case INCONCLUSIVE -> "Nothing of %s was seen: another point would tell.".formatted(jacobian);
            case FAIL -> {
                OutsideReport first = outside.get(0);
                yield String.format(
                        Locale.ROOT,
                        "The pattern leaves out %d of %s: %s%s moves with %s%s, by %.6g%s.",
                        judged.outsideCount(),
                        jacobian,
                        pattern.output(),
                        first.outputIndex(),
                        pattern.by(),
                        first.byIndex(),
                        first.value(),
                        judged.outsideCount() > 1 ? ", and others" : "");
            }
        };
    }
}
