package dev.plumbline.compute.optimizer;

/**
 * How the parameters are pulled towards zero, before the optimizer's own equations:
 *
 * <ul>
 *   <li>{@code L2}: g = g + rate x. Coupled: the decay goes through the moments like any gradient
 *   <li>{@code DECOUPLED}: x = x (1 - learningRate rate); Loshchilov and Hutter (2019) as PyTorch, Optax and Keras have it,
 *       scaled by the learning rate (the paper's own is not)
 * </ul>
 */
public record WeightDecay(Kind kind, double rate) {

    public enum Kind {
        NONE,
        L2,
        DECOUPLED
    }

    public static final WeightDecay NONE = new WeightDecay(Kind.NONE, 0);

    public WeightDecay {
        Bounds.nonNegative("weightDecay", rate);
        if (rate == 0) {
            kind = Kind.NONE;
        }
    }

    public static WeightDecay l2(double rate) {
        return new WeightDecay(Kind.L2, rate);
    }

    public static WeightDecay decoupled(double rate) {
        return new WeightDecay(Kind.DECOUPLED, rate);
    }

    public boolean is(Kind other) {
        return kind == other;
    }
}
