package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The germs of whole kinds of operations: linear ones, products, functions with a Taylor series, choices. */
final class Germs {

    private static final Binary MULTIPLY = new Binary(BinaryFunction.MULTIPLY);
    private static final Binary SUBTRACT = new Binary(BinaryFunction.SUBTRACT);

    private Germs() {}

    /** {@code y_k = A x_k}: linear operations apply themselves, inputs from {@code linear} on are held as they are. */
    static Germ linear(Op op, List<Germ> inputs, int linear, Side side) {
        double[] @Nullable [] terms = new double[side.order()][];
        for (int k = 1; k <= side.order(); k++) {
            List<Tensor> coefficients = new ArrayList<>(inputs.size());
            boolean any = false;
            for (int i = 0; i < inputs.size(); i++) {
                any |= i < linear && inputs.get(i).has(k);
                coefficients.add(inputs.get(i).coefficient(i < linear ? k : 0));
            }
            terms[k - 1] = any ? op.linear(coefficients, side.shape()) : null;
        }
        return germ(op, inputs, terms, side);
    }

    /** {@code y_k = sum a_j b_(k - j)}, for operations linear in either of two inputs. */
    static Germ bilinear(Op op, List<Germ> inputs, Side side) {
        Germ a = inputs.get(0);
        Germ b = inputs.get(1);
        double[] @Nullable [] terms = new double[side.order()][];
        for (int k = 1; k <= side.order(); k++) {
            for (int j = 0; j <= k; j++) {
                if (a.has(j) && b.has(k - j)) {
                    List<Tensor> factors = List.of(a.coefficient(j), b.coefficient(k - j));
                    terms[k - 1] = sum(terms[k - 1], op.value(factors, side.shape()));
                }
            }
        }
        return germ(op, inputs, terms, side);
    }

    private static double[] sum(double @Nullable [] sum, double[] term) {
        for (int i = 0; sum != null && i < term.length; i++) {
            term[i] += sum[i];
        }
        return term;
    }

    /**
     * {@code y1 = a1 x1, y2 = a1 x2 + a2 x1^2, y3 = a1 x3 + 2 a2 x1 x2 + a3 x1^3} with the function's own Taylor
     * coefficients a at x0.
     */
    static Germ smooth(Op op, UnaryFunction function, List<Germ> inputs, Side side) {
        Germ x = inputs.get(0);
        Tensor value = value(op, inputs, side);
        double[] @Nullable [] terms = new double[side.order()][];
        double[] x1 = x.terms()[0];
        if (side.order() == 1 && x1 != null) {
            double[] tangent = new double[x1.length];
            function.pullBack(x.value().values(), value.values(), x1, tangent); // element-wise: its own transpose
            terms[0] = tangent;
        } else if (!x.isConstant()) {
            return elementwise(op, inputs, side, (in, i, given, out) -> {
                double[] c = in[0];
                double[] a = function.taylor(c[0], value.at(i));
                out[1] = a[0] * c[1];
                out[2] = a[0] * c[2] + a[1] * c[1] * c[1];
                out[3] = a[0] * c[3] + 2 * a[1] * c[1] * c[2] + a[2] * c[1] * c[1] * c[1];
                return out.length;
            });
        }
        return new Germ(value, terms, x.known(), side.isAtPoint());
    }

    /** Products element by element; where infinities meet zeros the zeros win. */
    static Germ multiply(Op op, List<Germ> inputs, Side side) {
        Germ product = bilinear(op, inputs, side);
        return product.isFinite()
                ? product
                : elementwise(op, inputs, side, (in, i, given, out) -> {
                    for (int k = 1; k < out.length; k++) {
                        out[k] = Series.product(in[0], in[1], k);
                    }
                    return out.length;
                });
    }

    /** {@code y_k = (a_k - sum b_j y_(k - j)) / b_0}, j from 1; where b_0 is 0 the series shift. */
    static Germ divide(Op op, List<Germ> inputs, Side side) {
        Germ a = inputs.get(0);
        Germ b = inputs.get(1);
        Tensor value = value(op, inputs, side);
        double[] @Nullable [] terms = new double[side.order()][];
        for (int k = 1; k <= side.order(); k++) {
            double[] rest = null;
            for (int j = 1; j <= k; j++) {
                double[] y = k == j ? value.values() : terms[k - j - 1];
                if (b.has(j) && y != null) {
                    Tensor quotient = Tensor.of(side.shape(), y);
                    rest = sum(rest, MULTIPLY.value(List.of(b.coefficient(j), quotient), side.shape()));
                }
            }
            if (rest != null || a.has(k)) {
                Tensor below = rest == null ? Tensor.zeros(side.shape()) : Tensor.of(side.shape(), rest);
                Tensor above = Tensor.of(side.shape(), SUBTRACT.value(List.of(a.coefficient(k), below), side.shape()));
                terms[k - 1] = op.value(List.of(above, b.value()), side.shape());
            }
        }
        Germ quotient = new Germ(value, terms, known(inputs), side.isAtPoint());
        return quotient.isFinite() ? quotient : quotientOfZeros(op, inputs, side);
    }

    private static Germ quotientOfZeros(Op op, List<Germ> inputs, Side side) {
        Germ below = broadcast(inputs.get(1), side.shape());
        for (int i = 0; i < side.shape().size(); i++) {
            if (below.value().at(i) == 0) {
                leave(below, i, side);
            }
        }
        return elementwise(op, inputs, side, (in, i, given, out) -> Series.divide(in[0], in[1], given, out));
    }

    /** {@code a^b}: by a fixed exponent as a series, else {@code e^(b ln a)}. */
    static Germ power(Op op, List<Germ> inputs, Side side) {
        if (inputs.get(1).isConstant()) {
            Germ base = inputs.get(0);
            boolean isSquare = inputs.get(1).value().values().length == 1
                    && inputs.get(1).value().at(0) == 2;
            return isSquare ? square(op, inputs, side) : root(op, List.of(base, inputs.get(1)), side);
        }
        return elementwise(op, inputs, side, (in, i, given, out) -> {
            double[] log = new double[out.length];
            double[] exponent = new double[out.length];
            Series.log(in[0], out.length, log);
            for (int k = 0; k < out.length; k++) {
                exponent[k] = Series.product(in[1], log, k);
            }
            Series.exp(exponent, out.length, out);
            return in[0][0] > 0 ? out.length : 1;
        });
    }

    private static Germ square(Op op, List<Germ> inputs, Side side) {
        Germ base = broadcast(inputs.get(0), side.shape());
        Germ product = multiply(MULTIPLY, List.of(base, base), side);
        return new Germ(value(op, inputs, side), product.terms(), product.known(), side.isAtPoint());
    }

    /** {@code a^p}; the second input, the exponent, does not move. */
    private static Germ root(Op op, List<Germ> inputs, Side side) {
        Germ base = broadcast(inputs.get(0), side.shape());
        Tensor exponent = broadcast(inputs.get(1), side.shape()).value();
        for (int i = 0; i < exponent.size(); i++) {
            boolean isRoot = !(exponent.at(i) >= 0 && exponent.at(i) == Math.rint(exponent.at(i)));
            if (isRoot && base.value().at(i) == 0) {
                leave(base, i, side);
            }
        }
        Germ root = elementwise(op, inputs, side, (in, i, given, out) -> Series.power(in[0], in[1][0], given, out));
        int known = root.known();
        for (int i = 0; i < exponent.size(); i++) {
            known = exponent.at(i) < 1 && isTruncated(base, i) ? Math.min(known, known(base, exponent.at(i))) : known;
        }
        return new Germ(root.value(), root.terms(), known, root.isAtPoint());
    }

    /** Whether an element that may move shows no coefficient: it is 0 throughout, or of higher order. */
    private static boolean isTruncated(Germ base, int element) {
        for (int k = 0; k <= base.order(); k++) {
            if (k < base.known() && base.at(k, element) != 0) {
                return false;
            }
        }
        return !base.isConstant();
    }

    /** How many coefficients of a power of what shows none are 0: it may be {@code t^(known p)}. */
    private static int known(Germ base, double p) {
        return (int) Math.ceil(base.known() * Math.max(p, 0));
    }

    static boolean hasZero(Germ x) {
        for (double value : x.value().values()) {
            if (value == 0) {
                return true;
            }
        }
        return false;
    }

    /** {@code sqrt(a)} where some a is 0; elsewhere its Taylor series does. */
    static Germ squareRoot(Op op, List<Germ> inputs, Side side) {
        Germ base = inputs.get(0);
        for (int i = 0; i < base.value().size(); i++) {
            if (base.value().at(i) == 0) {
                leave(base, i, side);
            }
        }
        Germ root = elementwise(op, inputs, side, (in, i, given, out) -> Series.power(in[0], 0.5, given, out));
        int known = root.known();
        for (int i = 0; i < base.value().size(); i++) {
            known = isTruncated(base, i) ? Math.min(known, known(base, 0.5)) : known;
        }
        return new Germ(root.value(), root.terms(), known, root.isAtPoint());
    }

    private static void leave(Germ base, int element, Side side) {
        for (int k = 1; k <= side.order(); k++) {
            if (base.at(k, element) != 0) {
                side.root(element);
                return;
            }
        }
        side.rests(element, !base.isConstant());
    }

    private static Germ germ(Op op, List<Germ> inputs, double[] @Nullable [] terms, Side side) {
        return new Germ(value(op, inputs, side), terms, known(inputs), side.isAtPoint());
    }

    /** c0. */
    static Tensor value(Op op, List<Germ> inputs, Side side) {
        return side.value(() -> op.value(inputs.stream().map(Germ::value).toList(), side.shape()));
    }

    static int known(List<Germ> inputs) {
        return inputs.stream().mapToInt(Germ::known).min().orElseThrow();
    }

    /** A rule for one element, from the inputs' known coefficients to the result's; it returns how many it knows. */
    interface Rule {
        int apply(double[][] inputs, int element, int known, double[] result);
    }

    /**
     * Element by element, after broadcasting: the rule sees all coefficients of an element that moves. Where the value at
     * the point is not a number, as a quotient of zeros, its limit takes the place of c0; where the limit is none, the
     * direction leaves the domain.
     */
    static Germ elementwise(Op op, List<Germ> inputs, Side side, Rule rule) {
        Tensor value = value(op, inputs, side);
        int known = known(inputs);
        if (inputs.stream().allMatch(Germ::isConstant)) {
            return new Germ(value, new double[side.order()][], known, side.isAtPoint());
        }
        List<Germ> alike = inputs.stream().map(x -> broadcast(x, side.shape())).toList();
        double[][] terms = new double[side.order()][side.shape().size()];
        double[] limits = null;
        double[][] in = new double[inputs.size()][side.order() + 1];
        double[] out = new double[side.order() + 1];
        int given = known;
        for (int i = 0; i < side.shape().size(); i++) {
            if (read(alike, i, given, in)) {
                out[0] = value.at(i);
                known = Math.min(known, rule.apply(in, i, given, out));
                for (int k = 1; k <= side.order(); k++) {
                    terms[k - 1][i] = out[k];
                }
                if (Double.isNaN(value.at(i)) != Double.isNaN(out[0])) {
                    limits = limits == null ? value.values().clone() : limits;
                    limits[i] = out[0];
                }
            }
        }
        return limits == null
                ? new Germ(value, terms, known, side.isAtPoint())
                : new Germ(Tensor.of(side.shape(), limits), terms, known, false);
    }

    /** One element's coefficients; whether any above c0 is not 0. */
    private static boolean read(List<Germ> inputs, int element, int known, double[][] in) {
        boolean moves = false;
        for (int m = 0; m < in.length; m++) {
            for (int k = 0; k < in[m].length; k++) {
                in[m][k] = k < known ? inputs.get(m).at(k, element) : 0;
                moves |= k > 0 && in[m][k] != 0;
            }
        }
        return moves;
    }

    private static Germ broadcast(Germ x, Shape shape) {
        if (x.value().shape().equals(shape)) {
            return x;
        }
        Broadcast op = new Broadcast(shape);
        double[] @Nullable [] terms = new double[x.order()][];
        for (int k = 1; k <= terms.length; k++) {
            terms[k - 1] = x.has(k) ? op.value(List.of(x.coefficient(k)), shape) : null;
        }
        return new Germ(Tensor.of(shape, op.value(List.of(x.value()), shape)), terms, x.known(), x.isAtPoint());
    }

    /**
     * A choice among candidates. Where one is beyond the others by value it alone goes on, and {@code terms} hold its
     * coefficients; where some tie the germs decide, and what they take is written there.
     *
     * @param onEdge the elements of the result with ties
     */
    static Germ choice(Op op, List<Germ> inputs, Side side, double[] @Nullable [] terms, int[] onEdge, Ties ties) {
        boolean moves = !inputs.stream().allMatch(Germ::isConstant);
        for (int i : onEdge) {
            List<Candidate> tied = moves ? ties.at(i) : List.of();
            int best = !moves ? -1 : ties.largest() ? side.largest(i, tied, inputs) : side.smallest(i, tied, inputs);
            if (best >= 0) {
                Candidate taken = tied.get(best);
                for (int k = 1; k <= side.order(); k++) {
                    double own = taken.factor() == 0
                            ? 0
                            : taken.factor() * inputs.get(taken.input()).at(k, taken.position());
                    if (own != 0 || terms[k - 1] != null) {
                        double[] term = terms[k - 1];
                        term = term == null ? new double[side.shape().size()] : term;
                        term[i] = own;
                        terms[k - 1] = term;
                    }
                }
            }
        }
        return new Germ(value(op, inputs, side), terms, known(inputs), side.isAtPoint());
    }

    /** The candidates that tie at an element of the result, and whether the largest of them is taken or the smallest. */
    record Ties(IntFunction<List<Candidate>> candidates, boolean largest) {
        List<Candidate> at(int element) {
            return candidates.apply(element);
        }
    }
}
