package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The side of the point that a direction goes to, as one operation sees it: it is asked which way an element goes that
 * sits on an edge, and keeps the answers.
 *
 * <p>An element is on an edge where what decides it is 0, or so near 0 that rounding alone may have put it there: within
 * {@link #WIDTH} times the largest deviation seen when the values were rounded at random. Then the first coefficient
 * above c0 that is not 0 decides. If all that are known are 0 the element is <em>flat</em>: a constant mask, a dead unit;
 * there the value at the point decides. Where the order is 1 and a jump hangs on higher coefficients, {@link
 * #isUndecided} says so.
 *
 * <p>Bad: an edge that is left only to the fourth order, as in {@code sign(w^4)} at 0, is taken for flat.
 */
final class Side {

    static final double WIDTH = 1.5;

    /** Two coefficients differ only if by more than their own rounding. */
    private static final double SAME = 0x1p-49;

    private final Node node;
    private final Tensor point; // the result there
    private final boolean isAtPoint; // no input has left it
    private final double[] @Nullable [] spreads; // (input, element); null where it is exact
    private final int order;
    private final @Nullable BitSet live; // elements known to leave their edge; null where nothing is known
    private final List<Edge> edges = new ArrayList<>();
    private boolean undecided;
    private double distance = Double.POSITIVE_INFINITY;

    Side(Node node, Tensor point, boolean isAtPoint, double[] @Nullable [] spreads, int order, @Nullable BitSet live) {
        this.node = node;
        this.point = point;
        this.isAtPoint = isAtPoint;
        this.spreads = spreads;
        this.order = order;
        this.live = live;
    }

    int order() {
        return order;
    }

    Shape shape() {
        return node.shape();
    }

    /** c0: the value at the point where that still holds, else computed. */
    Tensor value(Supplier<double[]> computed) {
        return isAtPoint ? point : Tensor.of(node.shape(), computed.get());
    }

    boolean isAtPoint() {
        return isAtPoint;
    }

    /** The value at the point, whatever side its inputs are on: what a stopped gradient is held at. */
    Tensor frozen() {
        return point;
    }

    /** How far from an edge an element of an input may be and still count as on it. */
    double width(int input, int element) {
        double[] spread = spreads[input];
        return spread == null ? 0 : WIDTH * spread[element];
    }

    /** Every edge that was met and left. */
    List<Edge> edges() {
        return edges;
    }

    /**
     * An element away from its edge by {@code gap} that comes nearer, or goes further, by {@code rate} a unit of t: to first
     * order the edge is {@code |gap / rate|} away, on this side or the other.
     */
    void passes(double gap, double rate) {
        double away = Math.abs(gap / rate);
        distance = away > 0 && away < distance ? away : distance;
    }

    /** How far along the direction the nearest edge is that the point is not on. */
    double distance() {
        return distance;
    }

    /** Whether some element needs coefficients beyond the order. */
    boolean isUndecided() {
        return undecided;
    }

    /** Which of the candidates that tie is the largest; -1 where they go on together. */
    int largest(int element, List<Candidate> tied, List<Germ> inputs) {
        return extreme(element, tied, inputs, 1);
    }

    /** Which of them is the smallest. */
    int smallest(int element, List<Candidate> tied, List<Germ> inputs) {
        return extreme(element, tied, inputs, -1);
    }

    private int extreme(int element, List<Candidate> tied, List<Germ> inputs, int sign) {
        int best = 0;
        boolean parts = false;
        for (int c = 1; c < tied.size(); c++) {
            int compared = sign * compared(tied.get(c), tied.get(best), inputs);
            parts |= compared != 0;
            best = compared > 0 ? c : best;
        }
        if (!parts) {
            return -1;
        }
        edges.add(new Edge(node, element, Edge.Kind.BEND, List.copyOf(tied), best));
        return best;
    }

    private int compared(Candidate a, Candidate b, List<Germ> inputs) {
        Germ germA = inputs.get(a.input());
        Germ germB = inputs.get(b.input());
        int known = Math.min(germA.known(), germB.known());
        for (int k = 1; k < known; k++) {
            double x = a.factor() == 0 ? 0 : a.factor() * germA.at(k, a.position());
            double y = b.factor() == 0 ? 0 : b.factor() * germB.at(k, b.position());
            if (Double.isNaN(x) || Double.isNaN(y)) {
                undecided = true;
                return 0;
            }
            if (Math.abs(x - y) > SAME * (Math.abs(x) + Math.abs(y)) || Double.isInfinite(x) != Double.isInfinite(y)) {
                return x > y ? 1 : -1;
            }
        }
        return 0;
    }

    /** Which way a jumping operation's operand goes from its edge: -1, 1, or 0 where it stays. */
    int sign(int element, Candidate operand, List<Germ> inputs) {
        return sign(element, operand, new Candidate(operand.input(), operand.position(), 0), inputs);
    }

    /** The sign of a - b. */
    int sign(int element, Candidate a, Candidate b, List<Germ> inputs) {
        int sign = compared(a, b, inputs);
        if (sign == 0) {
            boolean mayMove = !inputs.get(a.input()).isConstant()
                    || !inputs.get(b.input()).isConstant();
            int known = Math.min(
                    inputs.get(a.input()).known(), inputs.get(b.input()).known());
            rests(element, mayMove);
            undecided |= mayMove && order > 1 && known <= order; // a coefficient that decides may have been lost
        } else {
            edges.add(new Edge(node, element, Edge.Kind.JUMP, List.of(a, b), sign < 0 ? 0 : 1));
        }
        return sign;
    }

    /** An element that leaves a root, or a quotient of zeros. */
    void root(int element) {
        boolean isAlone = node.inputs().stream()
                .allMatch(input -> input.shape().equals(node.shape())
                        || (input != node.inputs().get(0) && input.isConstant()));
        List<Candidate> operand = isAlone ? List.of(new Candidate(0, element, 1)) : List.of();
        edges.add(new Edge(node, element, Edge.Kind.ROOT, operand, 0));
    }

    /** An element at a root that does not leave it as far as the order shows. */
    void rests(int element, boolean mayMove) {
        undecided |= order == 1 && mayMove && !isKnownToStay(element);
    }

    private boolean isKnownToStay(int element) {
        return live != null && !live.get(element);
    }
}
