package dev.plumbline.check;

import dev.plumbline.compute.product.SparsityPattern;
import dev.plumbline.compute.program.Products;
import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Spelling;
import dev.plumbline.tensor.Shape;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A claim of which elements of a Jacobian may be other than 0.
 *
 * @param output of the model, the rows
 * @param by a parameter or data, the columns
 * @param nonzeros pairs (row, column) of flat places
 */
public record SparsityClaim(
        @Schema(description = "an output of the model: its elements are the rows") @Nullable
        String output,

        @Schema(description = "a parameter or data: its elements are the columns") @Nullable
        String by,

        @Schema(
                description =
                        "pairs [row, column] of what may be other than 0, each the flat place of an element, row-major from 0")
        @Nullable
        List<List<Integer>> nonzeros) {

    /** Rows that are taken one by one. */
    private static final int MOST_ROWS = 1_000;

    SparsityPattern pattern(ProductModel model, int place) {
        Products functions = model.functions();
        String pointer = "/jacobianSparsity/" + place;
        String input = by == null ? null : model.own(by, pointer + "/by");
        Map<String, Shape> outputs = new LinkedHashMap<>();
        functions.program().outputs().forEach((name, node) -> outputs.put(name, node.shape()));
        Shape rows = shape(pointer + "/output", output, "output", outputs);
        Shape columns = shape(pointer + "/by", input, "parameter and no data", functions.inputs());
        if (functions.program().indices().containsKey(String.valueOf(input))) {
            throw Problem.invalid(
                    pointer + "/by",
                    "there is no derivative by data that only serve as indices",
                    by,
                    "a parameter or other data");
        }
        if (rows.size() > MOST_ROWS) {
            throw Problem.limit(
                    pointer + "/output",
                    "this Jacobian has too many rows to take one by one",
                    rows.size() + " rows (an output of shape " + rows + ")",
                    "at most " + MOST_ROWS + " rows");
        }
        if (nonzeros == null) {
            throw Problem.invalid(
                    pointer + "/nonzeros", "there is no pattern in the claim", "nothing", "pairs [row, column]");
        }
        List<BitSet> pattern = new ArrayList<>(
                IntStream.range(0, rows.size()).mapToObj(i -> new BitSet()).toList());
        for (int i = 0; i < nonzeros.size(); i++) {
            List<Integer> pair = nonzeros.get(i);
            boolean fits = pair != null
                    && pair.size() == 2
                    && isWithin(pair.get(0), rows.size())
                    && isWithin(pair.get(1), columns.size());
            if (!fits) {
                throw Problem.invalid(
                        pointer + "/nonzeros/" + i,
                        "this is no element of the Jacobian",
                        pair,
                        "a row from 0 to %d and a column from 0 to %d".formatted(rows.size() - 1, columns.size() - 1));
            }
            pattern.get(pair.get(0)).set(pair.get(1));
        }
        return new SparsityPattern(String.valueOf(output), String.valueOf(input), pattern);
    }

    private static boolean isWithin(@Nullable Integer place, int size) {
        return place != null && place >= 0 && place < size;
    }

    private static Shape shape(String pointer, @Nullable String name, String what, Map<String, Shape> known) {
        Shape shape = name == null ? null : known.get(name);
        if (shape == null) {
            Collection<String> names = known.keySet();
            throw Problem.invalid(
                    pointer,
                    "the model has no " + what + " of this name",
                    name == null ? "nothing" : name,
                    name == null ? "one of " + names : Spelling.oneOf(name, known.keySet()));
        }
        return shape;
    }
}
