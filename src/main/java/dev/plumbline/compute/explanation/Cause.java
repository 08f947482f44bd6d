package dev.plumbline.compute.explanation;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A mistake that makes the claim out of the model, entry by entry. Only what its kind has is there, the rest is null.
 *
 * @param rule for kind rule: the faulty backward rule
 * @param node the operation as the file, the layers or the formula name it; null for weights of samples
 * @param operation which kind of operation it is
 * @param input which of its inputs the path leads to, from 0; for cut and scaledPath
 * @param nodes all operations where the same is wrong, if several
 * @param factor scaledPath: what the path is multiplied by, where it should be 1
 * @param means what that factor is, in words
 * @param weights sampleWeights, elementWeights: relative to what the reduction says, where 1 is right; null where they
 *     are more than 600
 * @param explains the wrong tensors that it makes
 * @param residual the largest rest, relative to the largest entry of the gradient
 * @param advice what to do, in plain words
 * @param alternatives other mistakes that would make the same claim
 */
public record Cause(
        Kind kind,
        @Nullable String rule,
        @Nullable String node,
        @Nullable String operation,
        @Nullable Integer input,
        @Nullable List<String> nodes,
        @Nullable Double factor,
        @Nullable String means,
        @Nullable List<Double> weights,
        List<String> explains,
        double residual,
        String advice,
        List<Cause> alternatives) {

    private static final Pattern END = Pattern.compile(": look|[.;] ");

    /** What sort of mistake. */
    public enum Kind {
        /** An operation's backward rule is a known wrong one. */
        RULE,
        /** A path gets no gradient: detached, or dropped. */
        CUT,
        /** What flows along a path is multiplied by a constant. */
        SCALED_PATH,
        /** Samples count more or less than the loss says. */
        SAMPLE_WEIGHTS,
        /** Elements of the loss do. */
        ELEMENT_WEIGHTS,
        /** Of several uses of a shared parameter only the last counts. */
        LAST_USE_ONLY,
        /** The gradient does not go all the way back through time. */
        TIME_TRUNCATED
    }

    /** What is wrong, in words that end a sentence: the advice up to its first pause outside of brackets. */
    public String words() {
        int open = 0;
        int end = 0;
        while (end < advice.length()
                && !(open == 0
                        && END.matcher(advice).region(end, advice.length()).lookingAt())) {
            char c = advice.charAt(end++);
            open = Math.max(0, open + (c == '(' ? 1 : c == ')' ? -1 : 0)); // a name may close what nobody opened
        }
        String first = advice.substring(0, end);
        return first.endsWith(".") ? first.substring(0, first.length() - 1) : first;
    }

    /** The same of tensors by other names. */
    Cause explaining(List<String> names) {
        return new Cause(
                kind,
                rule,
                node,
                operation,
                input,
                nodes,
                factor,
                means,
                weights,
                names,
                residual,
                advice,
                alternatives);
    }

    /** The same beside others that would do as well. */
    Cause beside(List<Cause> others) {
        return new Cause(
                kind, rule, node, operation, input, nodes, factor, means, weights, explains, residual, advice, others);
    }
}
