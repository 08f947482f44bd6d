package dev.plumbline.compute.product;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.product.ClaimedProduct.Kind;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * What two claimed products must be to each other, whatever the function is:
 *
 * <pre>
 *   dot test    v . (J u)   = (J' v) . u
 *   symmetry    u . (H w)   = w . (H u)
 * </pre>
 *
 * <p>Both sides are made of claims alone, and judged by rounding: {@code |left - right| <= bound}, where the bound adds up
 * what rounding explains in each product's entries and in the two sums. Sides no larger than the bound say nothing and are
 * INCONCLUSIVE. It sees what both products have in common only through their difference: a function that both get wrong alike
 * passes.
 *
 * @param first the place of the first product among those of its kind, from 0: of {@code J' v}, of {@code H w}
 * @param second of {@code J u}, of {@code H u}
 */
public record ProductLaw(Law law, int first, int second, double left, double right, double bound, Verdict verdict) {

    /** The two laws. */
    public enum Law {
        DOT_TEST,
        SYMMETRY
    }

    /** Pairs beyond these are not looked at. */
    private static final int MOST = 1_000;

    /** All pairs whose products name what the other multiplies by. */
    public static List<ProductLaw> of(List<JudgedProduct> products) {
        List<JudgedProduct> pulled = ofKind(products, Kind.VECTOR_JACOBIAN);
        List<JudgedProduct> pushed = ofKind(products, Kind.JACOBIAN_VECTOR);
        List<JudgedProduct> second = ofKind(products, Kind.HESSIAN_VECTOR);
        List<ProductLaw> laws = new ArrayList<>();
        for (int i = 0; i < pulled.size(); i++) {
            for (int k = 0; k < pushed.size() && laws.size() < MOST; k++) {
                add(laws, Law.DOT_TEST, i, k, pushed.get(k), pulled.get(i));
            }
        }
        for (int i = 0; i < second.size(); i++) {
            for (int k = i + 1; k < second.size() && laws.size() < MOST; k++) {
                add(laws, Law.SYMMETRY, i, k, second.get(i), second.get(k));
            }
        }
        return laws;
    }

    private static List<JudgedProduct> ofKind(List<JudgedProduct> products, Kind kind) {
        return products.stream()
                .filter(product -> product.claim().kind() == kind)
                .toList();
    }

    private static void add(List<ProductLaw> laws, Law law, int first, int second, JudgedProduct a, JudgedProduct c) {
        boolean fits = a.claim()
                        .product()
                        .keySet()
                        .containsAll(c.claim().along().keySet())
                && c.claim().product().keySet().containsAll(a.claim().along().keySet());
        if (fits) {
            Side left = Side.of(c.claim().along(), a);
            Side right = Side.of(a.claim().along(), c);
            laws.add(ruled(law, first, second, left, right));
        }
    }

    private static ProductLaw ruled(Law law, int first, int second, Side left, Side right) {
        double bound = left.bound() + right.bound();
        double off = Math.abs(left.value() - right.value());
        boolean isFinite = Double.isFinite(off) && Double.isFinite(bound);
        Verdict verdict = !isFinite
                ? Verdict.INCONCLUSIVE
                : off > bound
                        ? Verdict.FAIL
                        : Math.max(Math.abs(left.value()), Math.abs(right.value())) <= bound
                                ? Verdict.INCONCLUSIVE
                                : Verdict.PASS;
        return new ProductLaw(law, first, second, left.value(), right.value(), bound, verdict);
    }

    /** The sum of a product's claimed entries by the other's factor, and what it may be off: each term by a rounding, their sum by none. */
    private record Side(double value, double bound) {

        static Side of(Map<String, Tensor> factors, JudgedProduct product) {
            double sum = 0;
            double lost = 0; // by the additions so far
            double sizes = 0;
            double allowed = 0;
            for (Map.Entry<String, Tensor> each : factors.entrySet()) {
                Tensor factor = each.getValue();
                Tensor claim = tensor(product.claim().product(), each.getKey());
                Tensor allowance = tensor(product.allowances(), each.getKey());
                for (int i = 0; i < factor.size(); i++) {
                    double term = factor.at(i) * claim.at(i);
                    double next = sum + term;
                    lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum; // Neumaier, 1974
                    sum = next;
                    sizes += Math.abs(term);
                    allowed += factor.at(i) == 0 ? 0 : Math.abs(factor.at(i)) * allowance.at(i);
                }
            }
            return new Side(sum + lost, allowed + 0x1p-53 * sizes);
        }

        private static Tensor tensor(Map<String, Tensor> tensors, String name) {
            return Objects.requireNonNull(tensors.get(name));
        }
    }

    /** {@code v . (J u) = 1.25 and (J' v) . u = 1.5, which rounding does not explain}. */
    public String words() {
        String one = law == Law.DOT_TEST ? "v . (J u)" : "u . (H w)";
        String other = law == Law.DOT_TEST ? "(J' v) . u" : "w . (H u)";
        String ending =
                switch (verdict) {
                    case FAIL -> "which is more apart than rounding explains";
                    case PASS, KINK -> "equal within rounding";
                    case INCONCLUSIVE -> "both no larger than rounding, which says nothing";
                };
        return String.format(
                Locale.ROOT, "%s = %.8g and %s = %.8g (rounding: %.2g), %s", one, left, other, right, bound, ending);
    }
}
