package dev.plumbline.check;

import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Rows of an embedding that are zero in the claim although they are read: what {@code padding_idx} does to PyTorch's
 * gradients, and no operator of a file says. The claim stays wrong; the advice says what may have made it so.
 */
final class EmbeddingRows {

    private EmbeddingRows() {}

    /** The advice, by tensor, where all that is wrong are such rows. */
    static Map<String, String> advice(List<Comparison> comparisons, Objective objective) {
        Map<String, String> advice = new LinkedHashMap<>();
        for (Comparison comparison : comparisons) {
            String name = comparison.name();
            List<Integer> rows = isEmbedding(objective, name) ? zeroRows(comparison) : List.of();
            if (!rows.isEmpty()) {
                advice.put(name, advice(name, rows));
            }
        }
        return advice;
    }

    static Map<String, Mistake> advised(Map<String, Mistake> mistakes, Map<String, String> advice) {
        advice.forEach((name, words) -> mistakes.computeIfPresent(name, (same, mistake) -> advised(mistake, words)));
        return mistakes;
    }

    /** Rows of zeros are a slice where they lie together, entries where they are few; else they have no name. */
    private static Mistake advised(Mistake mistake, String words) {
        if (mistake instanceof Mistake.Slice slice) {
            return new Mistake.Slice(slice.slice(), slice.factor(), words);
        } else if (mistake instanceof Mistake.Sparse sparse) {
            return new Mistake.Sparse(sparse.entries(), words);
        }
        return mistake instanceof Mistake.Unknown ? new Mistake.Unknown(words) : mistake;
    }

    /** A tied table is looked up once its other name has been added. */
    private static boolean isEmbedding(Objective objective, String name) {
        Node parameter = objective.program().parameters().get(name);
        return parameter != null
                && objective.consumers(parameter).stream()
                        .anyMatch(reader -> reader.isLookup()
                                || objective.consumers(reader).stream().anyMatch(Node::isLookup));
    }

    /** The rows that are zero and should not be, if nothing else is wrong; else none. */
    private static List<Integer> zeroRows(Comparison comparison) {
        Tensor claimed = comparison.claimed();
        int count = claimed.shape().rank() < 2 ? 0 : claimed.shape().extent(0);
        List<Integer> rows = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            int size = claimed.size() / count;
            boolean zero = true;
            boolean wrong = false;
            for (int i = row * size; i < (row + 1) * size; i++) {
                zero &= claimed.at(i) == 0;
                wrong |= comparison.isBeyond(i);
            }
            if (wrong && !zero) {
                return List.of();
            }
            if (wrong) {
                rows.add(row);
            }
        }
        return rows.size() == count ? List.of() : rows;
    }

    private static String advice(String name, List<Integer> rows) {
        String list = rows.stream().limit(5).map(String::valueOf).collect(Collectors.joining(", "));
        boolean one = rows.size() == 1;
        return "%s %s %s zero although %s read; an embedding with padding_idx does that. frozenRows {\"%s\": [%s]} leaves %s out."
                .formatted(
                        one ? "Row" : "Rows",
                        list,
                        one ? "is" : "are",
                        one ? "it is" : "they are",
                        name,
                        list,
                        one ? "it" : "them");
    }
}
