package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Einstein's summation. A letter twice in one tensor takes its diagonal; letters that neither another tensor nor the result
 * has are summed first; then tensors become batches of matrices whose product is taken, one after the other. The axes of
 * an ellipsis get letters of their own, counted from the last.
 */
final class Einsum {

    /** Stand for the axes of an ellipsis, the last axis first. */
    private static final String ELLIPSIS = "\u00e0\u00e1\u00e2\u00e3\u00e4\u00e5\u00e6\u00e7";

    private Einsum() {}

    static List<Value> apply(Call call) {
        String equation = call.text("equation", "").replace(" ", "");
        String[] sides = equation.split("->", -1);
        String[] terms = sides[0].split(",", -1);
        if (sides.length > 2 || !equation.matches("[A-Za-z.,]*(->[A-Za-z.]*)?")) {
            throw unsupported(equation);
        }
        if (call.inputCount() != terms.length) {
            throw Problem.invalid("", "the equation has another number of inputs", call.inputCount(), equation);
        }
        ProgramBuilder b = call.builder();
        List<Labelled> tensors = new ArrayList<>();
        int longest = 0;
        for (int i = 0; i < terms.length; i++) {
            String letters = letters(terms[i], call.in(i).rank(), equation);
            tensors.add(diagonal(b, call.in(i), letters));
            int own = letters.length() - terms[i].replace("...", "").length();
            longest = Math.max(longest, terms[i].contains("...") ? own : 0);
        }
        String result = sides.length == 2 ? expanded(sides[1], longest, equation) : implied(tensors, longest);
        return call.result(contracted(b, tensors, result, equation).node());
    }

    private static Labelled contracted(ProgramBuilder b, List<Labelled> tensors, String result, String equation) {
        StringBuilder all = new StringBuilder();
        tensors.forEach(tensor -> all.append(tensor.letters));
        if (repeats(result) || !result.chars().allMatch(letter -> all.indexOf(Character.toString(letter)) >= 0)) {
            throw unsupported(equation);
        }
        List<Labelled> left = broadcast(b, tensors);
        Labelled product = null;
        for (int i = 0; i < left.size(); i++) {
            StringBuilder wanted = new StringBuilder(result);
            left.subList(i + 1, left.size()).forEach(other -> wanted.append(other.letters));
            Labelled own = left.get(i);
            if (product == null) {
                product = own.summed(wanted.toString());
            } else {
                Labelled summed = own.summed(product.letters + wanted);
                product = product(product.summed(summed.letters + wanted), summed, wanted.toString());
            }
        }
        return Objects.requireNonNull(product).summed(result).ordered(result);
    }

    /** Extents of 1 follow those of the same letter elsewhere. */
    private static List<Labelled> broadcast(ProgramBuilder b, List<Labelled> tensors) {
        Map<Character, Integer> extents = new LinkedHashMap<>();
        for (Labelled tensor : tensors) {
            for (int k = 0; k < tensor.letters.length(); k++) {
                extents.merge(tensor.letters.charAt(k), tensor.node.shape().extent(k), Math::max);
            }
        }
        List<Labelled> spread = new ArrayList<>();
        for (Labelled tensor : tensors) {
            int[] own = tensor.node.shape().extents();
            for (int k = 0; k < own.length; k++) {
                if (own[k] == 1 && ELLIPSIS.indexOf(tensor.letters.charAt(k)) >= 0) {
                    own[k] = Objects.requireNonNull(extents.get(tensor.letters.charAt(k)));
                }
            }
            spread.add(new Labelled(b, b.broadcast(tensor.node, Shape.of(own)), tensor.letters));
        }
        return spread;
    }

    private static Problem unsupported(String equation) {
        return Problem.unsupported(
                "",
                "this equation is not supported",
                equation,
                "letters and one ellipsis a tensor, no letter twice in the result");
    }

    private static boolean repeats(String letters) {
        return letters.chars().distinct().count() < letters.length();
    }

    /** A letter for each axis. */
    private static String letters(String term, int rank, String equation) {
        int hidden = rank - term.replace("...", "").length();
        if (!term.contains("...")) {
            return expanded(term, 0, equation);
        }
        if (hidden < 0) {
            throw Problem.invalid(
                    "", "the equation does not fit a tensor", "rank " + rank, "an axis for each of " + term);
        }
        return expanded(term, hidden, equation);
    }

    private static String expanded(String term, int hidden, String equation) {
        if (hidden > ELLIPSIS.length() || term.replaceFirst("\\.\\.\\.", "").contains(".")) {
            throw unsupported(equation);
        }
        String axes = new StringBuilder(ELLIPSIS.substring(0, hidden)).reverse().toString();
        return term.replace("...", axes);
    }

    /** Without an arrow: the ellipsis, then the letters that occur once, in alphabetical order. */
    private static String implied(List<Labelled> tensors, int hidden) {
        TreeMap<Character, Integer> counts = new TreeMap<>();
        for (Labelled tensor : tensors) {
            tensor.written
                    .chars()
                    .filter(letter -> ELLIPSIS.indexOf(letter) < 0)
                    .forEach(letter -> counts.merge((char) letter, 1, Integer::sum));
        }
        StringBuilder result = new StringBuilder(ELLIPSIS.substring(0, hidden)).reverse();
        counts.forEach((letter, count) -> result.append(count == 1 ? letter.toString() : ""));
        return result.toString();
    }

    /** The elements whose indices agree wherever the letter is the same, by one lookup in the flattened tensor. */
    private static Labelled diagonal(ProgramBuilder b, Node x, String letters) {
        if (letters.length() != x.rank() || !repeats(letters)) {
            return new Labelled(b, x, letters);
        }
        StringBuilder distinct = new StringBuilder();
        letters.chars().distinct().forEach(distinct::appendCodePoint);
        int[] extents = new int[distinct.length()];
        int[] steps = new int[distinct.length()];
        int[] strides = x.shape().strides();
        for (int k = 0; k < letters.length(); k++) {
            int at = distinct.indexOf(letters.substring(k, k + 1));
            int extent = x.shape().extent(k);
            if (steps[at] != 0 && extents[at] != extent) {
                throw Problem.invalid("", "the extents of " + letters.charAt(k) + " differ", extent, extents[at]);
            }
            extents[at] = extent;
            steps[at] += strides[k];
        }
        Shape shape = Shape.of(extents);
        double[] positions = new double[shape.size()];
        for (int i = 0; i < positions.length; i++) {
            int[] index = shape.index(i);
            for (int k = 0; k < index.length; k++) {
                positions[i] += (double) index[k] * steps[k];
            }
        }
        Node flat = b.reshape(x, Shape.of(x.shape().size()));
        Node taken = b.gather(flat, b.constant(Tensor.of(shape, positions)), 0);
        return new Labelled(b, taken, distinct.toString(), letters);
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

    /**
     * A tensor with a letter for each axis.
     *
     * @param written the letters as the equation has them, some perhaps twice
     */
    private record Labelled(ProgramBuilder builder, Node node, String letters, String written) {

        Labelled {
            if (letters.length() != node.rank()) {
                throw Problem.invalid(
                        "", "the equation does not fit a tensor", node.shape(), "an axis for each of " + letters);
            }
        }

        Labelled(ProgramBuilder builder, Node node, String letters) {
            this(builder, node, letters, letters);
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
