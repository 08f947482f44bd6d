package dev.plumbline.reader.onnx;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** TfIdfVectorizer: how often each n-gram of a pool stands in a row of integers, perhaps with gaps, perhaps weighted. */
final class Words {

    private final int[] counts;
    private final int[] columns;
    private final int[] pool;
    private final Map<List<Integer>, Integer> grams = new HashMap<>(); // the n-gram: its column

    private Words(Call call) {
        counts = required(call, "ngram_counts");
        columns = required(call, "ngram_indexes");
        pool = required(call, "pool_int64s");
        int next = 0;
        for (int size = 1; size <= counts.length; size++) {
            int from = counts[size - 1];
            int until = size < counts.length ? counts[size] : pool.length;
            if (from < 0 || until < from || until > pool.length || (until - from) % size != 0) {
                throw Problem.invalid("", "attribute ngram_counts is wrong", until, "positions in the pool");
            }
            for (int at = from; at < until; at += size) {
                List<Integer> gram = new ArrayList<>();
                for (int k = 0; k < size; k++) {
                    gram.add(pool[at + k]);
                }
                if (next >= columns.length || columns[next] < 0) {
                    throw Problem.invalid("", "attribute ngram_indexes is too short", columns.length, "one a n-gram");
                }
                grams.put(gram, columns[next++]);
            }
        }
    }

    private static int[] required(Call call, String name) {
        int[] values = call.wholes(name);
        if (values == null) {
            throw Problem.unsupported("", "attribute " + name + " is missing", "none", "a list of integers");
        }
        return values;
    }

    static void addTo(Map<String, Operator> table) {
        table.put("TfIdfVectorizer", Words::apply);
    }

    private static List<Value> apply(Call call) {
        Words words = new Words(call);
        String mode = call.choice("mode", "TF", "IDF", "TFIDF");
        Tensor weights = call.numbers("weights");
        int shortest = call.requiredWhole("min_gram_length");
        int longest = call.requiredWhole("max_gram_length");
        int skips = call.requiredWhole("max_skip_count");
        call.requireIntegers(0);
        Tensor x = call.constant(0);
        if (x.shape().rank() < 1 || x.shape().rank() > 2 || skips < 0 || skips > 1000) {
            throw Problem.invalid("", "these are no rows of words", x.shape(), "(words) or (rows, words)");
        }
        int length = x.shape().extent(-1);
        int rows = x.shape().rank() == 1 ? 1 : x.shape().extent(0);
        int width = Arrays.stream(words.columns).max().orElse(-1) + 1;
        Shape shape = x.shape().rank() == 1 ? Call.shape(width) : Call.shape(rows, width);
        call.builder().broadcast(call.builder().constant(0), shape); // judges the size
        double[] values = new double[shape.size()];
        for (int row = 0; row < rows; row++) {
            words.count(x, row * length, length, skips, shortest, longest, values, row * width);
        }
        for (int i = 0; i < values.length && !mode.equals("TF"); i++) {
            double weight = weights == null ? 1 : weight(words, weights, i % width);
            values[i] = mode.equals("IDF") ? (values[i] > 0 ? weight : 0) : values[i] * weight;
        }
        return List.of(call.constant(Tensor.of(shape, Datatype.FP32, values)));
    }

    private static double weight(Words words, Tensor weights, int column) {
        for (int k = 0; k < words.columns.length && k < weights.size(); k++) {
            if (words.columns[k] == column) {
                return weights.at(k);
            }
        }
        return 1;
    }

    private void count(Tensor x, int from, int length, int skips, int shortest, int longest, double[] into, int base) {
        for (int skip = 0; skip <= skips; skip++) {
            for (int size = shortest; size <= Math.min(longest, counts.length); size++) {
                if (size == 1 && skip > 0) {
                    continue; // single words have no gaps
                }
                for (int start = 0; start + (long) (size - 1) * (skip + 1) < length; start++) {
                    List<Integer> gram = new ArrayList<>();
                    for (int k = 0; k < size; k++) {
                        gram.add((int) x.at(from + start + k * (skip + 1)));
                    }
                    Integer column = grams.get(gram);
                    if (column != null) {
                        into[base + column]++;
                    }
                }
            }
        }
    }
}
