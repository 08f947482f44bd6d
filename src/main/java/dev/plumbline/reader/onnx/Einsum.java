package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Einstein's summation for one or two tensors, no letter twice in one of them: letters in only one tensor and not in the
 * result are summed first, then the tensors become batches of matrices whose product is taken.
 */
final class Einsum {

    private static final Pattern EQUATION = Pattern.compile("([A-Za-z]*)(?:,([A-Za-z]*))?(?:->([A-Za-z]*))?");

    private Einsum() {}

    static List<Value> apply(Call call) {
        String equation = call.text("equation", "");
        Matcher parts = EQUATION.matcher(equation.replace(" ", ""));
        if (!parts.matches()) {
            throw unsupported(equation);
        }
        String first = parts.group(1);
        String second = parts.group(2);
        String result = parts.group(3) == null ? implied(second == null ? first : first + second) : parts.group(3);
        String letters = second == null ? first : first + second;
        boolean known = result.chars().allMatch(letter -> letters.indexOf(letter) >= 0);
        if (repeats(first) || (second != null && repeats(second)) || repeats(result) || !known) {
            throw unsupported(equation);
        }
        if (call.inputCount() != (second == null ? 1 : 2)) {
            throw Problem.invalid("", "the equation has another number of inputs", call.inputCount(), equation);
        }
        ProgramBuilder b = call.builder();
        if (second == null) {
            Labelled only = new Labelled(b, call.in(0), first).summed(result);
            return call.result(only.ordered(result).node());
        }
        Labelled left = new Labelled(b, call.in(0), first).summed(second + result);
        Labelled right = new Labelled(b, call.in(1), second).summed(first + result);
        return call.result(product(left, right, result).ordered(result).node());
    }

    private static Problem unsupported(String equation) {
        return Problem.unsupported(
                "",
                "this equation is not supported",
                equation,
                "one or two tensors, no ellipsis, no letter twice in one");
    }

    private static boolean repeats(String letters) {
        return letters.chars().distinct().count() < letters.length();
    }

    /** Without an arrow: the letters that occur once, in alphabetical order. */
    private static String implied(String letters) {
        TreeMap<Character, Integer> counts = new TreeMap<>();
        letters.chars().forEach(letter -> counts.merge((char) letter, 1, Integer::sum));
        StringBuilder result = new StringBuilder();
        counts.forEach((letter, count) -> result.append(count == 1 ? letter.toString() : ""));
        return result.toString();
    }

    private static Labelled product(Labelled left, Labelled right, String result) {
        String shared = only(left.letters, right.letters, true);
        String batch = only(shared, result, true);
        String summed = only(shared, result, false);
        String rows = only(left.letters, shared, false);
        String columns = only(right.letters, shared, false);
        ProgramBuilder b = left.builder;
        for (int i = 0; i < shared.length(); i++) {
            char letter = shared.charAt(i);
            if (left.extent(letter) != right.extent(letter)) {
                throw Problem.invalid(
                        "",
                        "the extents of " + letter + " differ",
                        left.extent(letter) + " and " + right.extent(letter),
                        "equal");
            }
        }
        Node product = b.matmul(left.matrices(batch, rows, summed), right.matrices(batch, summed, columns));
        String letters = batch + rows + columns;
        int[] extents = letters.chars()
                .map(letter ->
                        left.letters.indexOf(letter) >= 0 ? left.extent((char) letter) : right.extent((char) letter))
                .toArray();
        return new Labelled(b, b.reshape(product, Shape.of(extents)), letters);
    }

    /** The letters that are, or are not, among others. */
    private static String only(String letters, String others, boolean contained) {
        StringBuilder kept = new StringBuilder();
        letters.chars()
                .filter(letter -> others.indexOf(letter) >= 0 == contained)
                .forEach(kept::appendCodePoint);
        return kept.toString();
    }

    /** A tensor with a letter for each axis. */
    private record Labelled(ProgramBuilder builder, Node node, String letters) {

        Labelled {
            if (letters.length() != node.rank()) {
                throw Problem.invalid(
                        "", "the equation does not fit a tensor", node.shape(), "an axis for each of " + letters);
            }
        }

        int extent(char letter) {
            return node.shape().extent(letters.indexOf(letter));
        }

        /** Sums over the letters that are not wanted. */
        Labelled summed(String wanted) {
            int[] axes =
                    only(letters, wanted, false).chars().map(letters::indexOf).toArray();
            return axes.length == 0
                    ? this
                    : new Labelled(builder, builder.sum(node, axes), only(letters, wanted, true));
        }

        Labelled ordered(String order) {
            int[] permutation = order.chars().map(letters::indexOf).toArray();
            return order.equals(letters) ? this : new Labelled(builder, builder.transpose(node, permutation), order);
        }

        /** (batch, rows, columns), each several letters merged into one axis. */
        Node matrices(String batch, String rows, String columns) {
            return builder.reshape(
                    ordered(batch + rows + columns).node(), Call.shape(size(batch), size(rows), size(columns)));
        }

        private long size(String group) {
            return group.chars().mapToLong(letter -> extent((char) letter)).reduce(1, Math::multiplyExact);
        }
    }
}
