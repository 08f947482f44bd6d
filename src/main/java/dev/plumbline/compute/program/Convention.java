package dev.plumbline.compute.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a framework takes for the derivative of its bending operations exactly on their bends: one choice for each kind of
 * operation, the same throughout the program.
 *
 * @param choices one for each kind that occurs
 */
public record Convention(List<Choice> choices) {

    /** The kinds of operations that bend. */
    public enum Kind {
        /** relu and leaky relu, by their derivative at 0. */
        RELU,
        /** The absolute value at 0. */
        ABS,
        /** A maximum or minimum with something that does not depend on parameters: clip. */
        CLIP,
        /** Ties of maxima, minima and max pools. */
        TIE
    }

    /** How the candidates that tie share the derivative. */
    public enum Share {
        FIRST,
        LAST,
        EQUAL
    }

    /** One kind's choice. */
    public record Choice(Kind kind, Share share) {

        String words() {
            return switch (kind) {
                case RELU -> "relu'(0) = " + (share == Share.FIRST ? "0" : share == Share.LAST ? "1" : "1/2");
                case ABS -> "abs'(0) = " + (share == Share.FIRST ? "-1" : share == Share.LAST ? "1" : "0");
                case CLIP ->
                    "clip passes " + (share == Share.FIRST ? "none" : share == Share.LAST ? "all" : "half")
                            + " of it at its bounds";
                case TIE ->
                    "ties give it to "
                            + (share == Share.EQUAL
                                    ? "all alike"
                                    : "the " + share.name().toLowerCase(Locale.ROOT));
            };
        }
    }

    public Convention {
        choices = List.copyOf(choices);
    }

    /** Every convention for the kinds of operations among these edges; none without edges. */
    public static List<Convention> of(Program program, List<Edge> edges) {
        Set<Kind> kinds = new LinkedHashSet<>();
        for (Edge edge : edges) {
            if (edge.kind() == Edge.Kind.BEND) {
                kinds.add(kind(program, edge));
            }
        }
        List<Convention> conventions = new ArrayList<>();
        if (!edges.isEmpty()) {
            conventions.add(new Convention(List.of())); // selects and roots as reverse mode takes them at the point
        }
        for (Kind kind : kinds) {
            List<Convention> longer = new ArrayList<>();
            for (Convention convention : conventions) {
                for (Share share : Share.values()) {
                    List<Choice> choices = new ArrayList<>(convention.choices);
                    choices.add(new Choice(kind, share));
                    longer.add(new Convention(choices));
                }
            }
            conventions = longer;
        }
        return conventions;
    }

    private static Kind kind(Program program, Edge edge) {
        Op op = edge.node().op();
        if (op instanceof LeakyRelu || op instanceof Unary unary && unary.function() == UnaryFunction.RELU) {
            return Kind.RELU;
        }
        if (op instanceof Unary) {
            return Kind.ABS;
        }
        boolean bounded = op instanceof Binary
                && edge.node().inputs().stream().anyMatch(input -> !program.isDifferentiable(input));
        return bounded ? Kind.CLIP : Kind.TIE;
    }

    /** The weights of an edge's candidates, in their order. */
    double[] weights(Program program, Edge edge) {
        Kind kind = kind(program, edge);
        Share share = choices.stream()
                .filter(choice -> choice.kind() == kind)
                .map(Choice::share)
                .findFirst()
                .orElse(Share.EQUAL);
        int count = edge.candidates().size();
        double[] weights = new double[count];
        switch (share) {
            case FIRST -> weights[kind == Kind.CLIP ? still(program, edge) : 0] = 1;
            case LAST -> weights[kind == Kind.CLIP ? 1 - still(program, edge) : count - 1] = 1;
            case EQUAL -> Arrays.fill(weights, 1.0 / count);
        }
        return weights;
    }

    /** Which of two candidates does not depend on parameters. */
    private static int still(Program program, Edge edge) {
        return program.isDifferentiable(edge.node().inputs().get(0)) ? 1 : 0;
    }

    /** In words, such as {@code relu'(0) = 0}. */
    public String words() {
        return choices.isEmpty()
                ? "the branch that is taken at the point itself"
                : choices.stream().map(Choice::words).collect(Collectors.joining(", "));
    }
}
