package dev.plumbline.compute.product;

import dev.plumbline.compute.product.ClaimedProduct.Kind;
import dev.plumbline.compute.program.Alteration;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Products;
import dev.plumbline.compute.verification.CheckPlan;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Names what is wrong with a product that FAILs: a mistake is named only where it gives the claim, entry by entry, within
 * rounding. The simplest first: a factor, another product, another direction, a Hessian put together wrongly, one operation's
 * rule.
 *
 * @param alive is asked before each try, and whatever it throws gives them up
 */
public record ProductMistakes(Products functions, @Nullable String objective, CheckPlan plan, Runnable alive) {

    /** Seconds that the tries for one product may take, as {@link dev.plumbline.compute.program.Program#seconds}. */
    private static final double AFFORDABLE = 1;

    /** A product and its program, in evaluations of the functions. */
    private static final double PASSES = 8;

    /** Allowances are of the reference; another product has a rounding of its own. */
    private static final double SLACK = 4;

    private static final double ROUNDINGS = 32;

    /** A factor that is found in one number alone must be a simple one. */
    private static final int SIMPLE = 12;

    private static final int TELLING = 3;

    /**
     * Null where nothing gives the claim.
     *
     * @param others all products of the check
     */
    public @Nullable ProductMistake of(JudgedProduct product, List<JudgedProduct> others) {
        ProductMistake factor = factor(product);
        if (factor != null) {
            return factor;
        }
        ProductMistake swapped = swapped(product, others);
        if (swapped != null) {
            return swapped;
        }
        double effort = PASSES * functions.program().seconds();
        double left = AFFORDABLE;
        ProductMistake mistake = effort <= left ? transposed(product) : null;
        if (mistake == null && effort <= left) {
            left -= product.claim().along().size() * effort;
            mistake = missingInput(product);
        }
        if (mistake == null && product.claim().kind() == Kind.HESSIAN_VECTOR) {
            mistake = shape(product, left / effort);
        }
        return mistake != null ? mistake : rule(product, left / effort);
    }

    // ── a factor ──

    private @Nullable ProductMistake factor(JudgedProduct product) {
        double cross = 0;
        double square = 0;
        int telling = 0;
        boolean isZero = true;
        for (Map.Entry<String, Tensor> each : product.claim().product().entrySet()) {
            Tensor reference = reference(product, each.getKey());
            Tensor allowance = allowance(product, each.getKey());
            for (int i = 0; i < reference.size(); i++) {
                isZero &= each.getValue().at(i) == 0;
                cross += each.getValue().at(i) * reference.at(i);
                square += reference.at(i) * reference.at(i);
                telling += Math.abs(reference.at(i)) > SLACK * allowance.at(i) ? 1 : 0;
            }
        }
        if (isZero) {
            return ProductMistake.of(
                    ProductMistake.Kind.ZERO,
                    "The claim is zero throughout: the direction does not arrive, or the result was zeroed before it was read.");
        }
        double factor = cross / square;
        double rounded = simple(factor);
        boolean isSimple = Math.abs(rounded - factor) <= 1e-3 * Math.abs(factor);
        double tried = isSimple ? rounded : factor;
        if (!Double.isFinite(factor) || !isSimple && telling < TELLING || !explains(product, scaled(product, tried))) {
            return null;
        }
        return tried == -1
                ? ProductMistake.of(ProductMistake.Kind.SIGN, "The sign is wrong throughout.")
                : new ProductMistake(
                        ProductMistake.Kind.SCALED,
                        tried,
                        null,
                        null,
                        null,
                        "It is %s times what it should be, throughout.".formatted(number(tried)));
    }

    /** The nearest number n or 1/n. */
    private static double simple(double factor) {
        double size = Math.abs(factor);
        double nearest = size >= 1 ? Math.rint(size) : 1 / Math.rint(1 / size);
        boolean isSmall = size <= SIMPLE && size >= 1.0 / SIMPLE;
        return isSmall ? Math.signum(factor) * nearest : Double.NaN;
    }

    private static Map<String, Tensor> scaled(JudgedProduct product, double factor) {
        Map<String, Tensor> scaled = new LinkedHashMap<>(product.references());
        scaled.replaceAll((name, reference) -> reference.map(value -> factor * value));
        return scaled;
    }

    // ── another product, another direction ──

    private @Nullable ProductMistake swapped(JudgedProduct product, List<JudgedProduct> others) {
        int place = -1;
        for (JudgedProduct other : others) {
            boolean isOfKind = other.claim().kind() == product.claim().kind();
            place += isOfKind ? 1 : 0;
            boolean fits = isOfKind
                    && other != product
                    && other.references().keySet().containsAll(product.references().keySet());
            if (fits && explains(product, other.references())) {
                return new ProductMistake(
                        ProductMistake.Kind.SWAPPED,
                        null,
                        null,
                        null,
                        place,
                        "This is the product of number %d in the list.".formatted(place));
            }
        }
        return null;
    }

    /** {@code J' u} in place of {@code J u}, or the other way, where there are as many outputs as inputs. */
    private @Nullable ProductMistake transposed(JudgedProduct product) {
        ClaimedProduct claim = product.claim();
        if (claim.kind() == Kind.HESSIAN_VECTOR || claim.along().size() != 1 || claim.product().size() != 1) {
            return null;
        }
        String from = claim.along().keySet().iterator().next();
        String to = claim.product().keySet().iterator().next();
        Tensor factor = Objects.requireNonNull(claim.along().get(from));
        Shape shape = Objects.requireNonNull(claim.product().get(to)).shape();
        if (factor.size() != shape.size()) {
            return null;
        }
        Map<String, Tensor> turned = Map.of(to, Tensor.of(shape, factor.values()));
        alive.run();
        Objective other = claim.kind() == Kind.JACOBIAN_VECTOR
                ? functions.pulledBack(turned, Set.of(from))
                : functions.pushedForward(turned, Set.of(from));
        Tensor result = other == null ? null : other.gradient().byParameter().get(from);
        if (result == null || !explains(product, Map.of(to, Tensor.of(shape, result.values())))) {
            return null;
        }
        return ProductMistake.of(
                ProductMistake.Kind.TRANSPOSED,
                claim.kind() == Kind.JACOBIAN_VECTOR
                        ? "This is J' u: the Jacobian was multiplied from the other side."
                        : "This is J v: the Jacobian was multiplied from the other side.");
    }

    private @Nullable ProductMistake missingInput(JudgedProduct product) {
        Map<String, Tensor> along = product.claim().along();
        for (String name : along.keySet()) {
            Map<String, Tensor> rest = new LinkedHashMap<>(along);
            rest.remove(name);
            if (!rest.isEmpty() && explains(product, product(functions, product.claim(), rest))) {
                return new ProductMistake(
                        ProductMistake.Kind.MISSING_INPUT,
                        null,
                        name,
                        null,
                        null,
                        "What %s contributes is missing.".formatted(name));
            }
        }
        return null;
    }

    // ── a Hessian put together wrongly ──

    private @Nullable ProductMistake shape(JudgedProduct product, double affordable) {
        ClaimedProduct claim = product.claim();
        int size = claim.along().values().stream().mapToInt(Tensor::size).sum();
        boolean isSquare = claim.along().keySet().equals(claim.product().keySet());
        if (!isSquare || size > HessianShapes.MOST || size > affordable) {
            return null;
        }
        Objective slope = functions.slope(
                Objects.requireNonNull(objective), claim.along(), claim.product().keySet());
        if (slope == null) {
            return null;
        }
        Map<String, String> names = new LinkedHashMap<>();
        claim.along().keySet().forEach(name -> names.put(name, Products.direction(name)));
        alive.run();
        return HessianShapes.of(slope, names, claim.along()).along(claim.along()).stream()
                .filter(alternative -> explains(product, alternative.product()))
                .map(HessianShapes.Alternative::mistake)
                .findFirst()
                .orElse(null);
    }

    // ── one operation's rule ──

    private @Nullable ProductMistake rule(JudgedProduct product, double affordable) {
        ClaimedProduct claim = product.claim();
        boolean isSecond = claim.kind() == Kind.HESSIAN_VECTOR;
        double tries = affordable;
        if (isSecond) {
            Set<Node> outputs = modelOutputs();
            Alteration held = Alteration.holdingAll(functions.program(), outputs);
            if (!held.nodes().isEmpty()
                    && tries-- > 0
                    && explains(product, product(functions.with(held), claim, claim.along()))) {
                return ProductMistake.of(
                        ProductMistake.Kind.GAUSS_NEWTON,
                        "All second derivatives of the model before its loss are missing: this is the Gauss-Newton product, not the Hessian's.");
            }
        }
        Set<String> moving = claim.kind() == Kind.VECTOR_JACOBIAN
                ? claim.product().keySet()
                : claim.along().keySet();
        for (Alteration alteration : Alteration.ofEach(functions.program(), moving, isSecond)) {
            boolean applies = claim.kind() != Kind.VECTOR_JACOBIAN || alteration.kind() == Alteration.Kind.DROPPED_TERM;
            if (tries <= 0) {
                return null;
            }
            if (applies) {
                tries--;
                if (explains(product, product(functions.with(alteration), claim, claim.along()))) {
                    return named(alteration);
                }
            }
        }
        return null;
    }

    private static ProductMistake named(Alteration alteration) {
        Node node = alteration.node();
        String operation = node.label();
        String title = node.origin().kind().isEmpty() ? node.op().title() : node.origin().kind();
        return switch (alteration.kind()) {
            case DROPPED_TERM ->
                new ProductMistake(
                        ProductMistake.Kind.MISSING_TERM,
                        null,
                        null,
                        operation,
                        null,
                        "%s (%s) leaves out what moves by %s."
                                .formatted(
                                        operation,
                                        title,
                                        Objects.requireNonNull(alteration.source()).label()));
            case UNIT_SLOPE ->
                new ProductMistake(
                        ProductMistake.Kind.MISSING_SLOPE,
                        null,
                        null,
                        operation,
                        null,
                        "The derivative of %s (%s) is left out, as if it were 1.".formatted(operation, title));
            case NONE, HELD_SLOPE ->
                new ProductMistake(
                        ProductMistake.Kind.MISSING_CURVATURE,
                        null,
                        null,
                        operation,
                        null,
                        "The second derivative of %s (%s) is missing.".formatted(operation, title));
        };
    }

    /** What the model computes before its loss. */
    private Set<Node> modelOutputs() {
        Set<Node> outputs = new HashSet<>(functions.program().outputs().values());
        Node last = functions.program().output(Objects.requireNonNull(objective));
        outputs.remove(last);
        Set<Node> before = new LinkedHashSet<>(outputs);
        before.removeIf(node -> node.shape().size() == 1 && last.inputs().contains(node));
        return before;
    }

    private @Nullable Map<String, Tensor> product(Products rules, ClaimedProduct claim, Map<String, Tensor> along) {
        alive.run();
        Set<String> names = claim.product().keySet();
        Objective objective =
                switch (claim.kind()) {
                    case VECTOR_JACOBIAN -> rules.pulledBack(along, names);
                    case JACOBIAN_VECTOR -> rules.pushedForward(along, names);
                    case HESSIAN_VECTOR -> rules.slope(Objects.requireNonNull(this.objective), along, names);
                };
        return objective == null ? Map.of() : objective.gradient().byParameter();
    }

    // ── what explains ──

    /** Whether these are the claim, entry by entry; zeros where a tensor is not named. */
    private boolean explains(JudgedProduct product, @Nullable Map<String, Tensor> alternative) {
        if (alternative == null) {
            return false;
        }
        for (Map.Entry<String, Tensor> each : product.claim().product().entrySet()) {
            Tensor claim = each.getValue();
            Tensor reference = reference(product, each.getKey());
            Tensor allowance = allowance(product, each.getKey());
            Tensor other = alternative.get(each.getKey());
            double usual = allowance.norm() / Math.sqrt(Math.max(1, claim.size()));
            double u = plan.arithmetic().of(each.getKey()).unitRoundoff();
            for (int i = 0; i < claim.size(); i++) {
                double value = other == null ? 0 : other.at(i);
                double size = Math.max(Math.abs(value), Math.abs(reference.at(i)));
                double within = SLACK * Math.max(allowance.at(i), usual) + ROUNDINGS * u * size;
                if (!(Math.abs(claim.at(i) - value) <= within)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static Tensor reference(JudgedProduct product, String name) {
        return Objects.requireNonNull(product.references().get(name));
    }

    private static Tensor allowance(JudgedProduct product, String name) {
        return Objects.requireNonNull(product.allowances().get(name));
    }

    private static String number(double factor) {
        return factor == Math.rint(factor)
                ? String.valueOf((long) factor)
                : Math.abs(1 / factor - Math.rint(1 / factor)) < 1e-9
                        ? (factor < 0 ? "-" : "") + "1/" + (long) Math.rint(Math.abs(1 / factor))
                        : String.format(java.util.Locale.ROOT, "%.6g", factor);
    }
}
