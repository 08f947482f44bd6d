package dev.plumbline.compute.product;

import dev.plumbline.compute.product.ClaimedProduct.Kind;
import dev.plumbline.compute.program.Alteration;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Products;
import dev.plumbline.compute.verification.CheckPlan;
import dev.plumbline.problem.Problem;
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

    /**
     * Null where nothing gives the claim, or what might is too dear to be tried.
     *
     * @param others all products of the check
     */
    public @Nullable ProductMistake of(JudgedProduct product, List<JudgedProduct> others) {
        ProductMistake plain = new PlainMistakes(plan).of(product, others);
        try {
            return plain != null ? plain : computed(product);
        } catch (Problem tooDear) {
            if (tooDear.code() != Problem.Code.LIMIT && tooDear.code() != Problem.Code.COST) {
                throw tooDear;
            }
            return null; // the verdict stands without a name
        }
    }

    /** By other products, each with a program of its own. */
    private @Nullable ProductMistake computed(JudgedProduct product) {
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

    // ── another direction ──

    /** {@code J' u} in place of {@code J u}, or the other way, where there are as many outputs as inputs. */
    private @Nullable ProductMistake transposed(JudgedProduct product) {
        ClaimedProduct claim = product.claim();
        if (claim.kind() == Kind.HESSIAN_VECTOR
                || claim.along().size() != 1
                || claim.product().size() != 1) {
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
        if (result == null || !Likeness.of(plan, product).is(Map.of(to, Tensor.of(shape, result.values())))) {
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
            if (!rest.isEmpty() && Likeness.of(plan, product).is(product(functions, product.claim(), rest))) {
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
                Objects.requireNonNull(objective),
                claim.along(),
                claim.product().keySet());
        if (slope == null) {
            return null;
        }
        Map<String, String> names = new LinkedHashMap<>();
        claim.along().keySet().forEach(name -> names.put(name, Products.direction(name)));
        alive.run();
        return HessianShapes.of(slope, names, claim.along()).along(claim.along()).stream()
                .filter(alternative -> Likeness.of(plan, product).is(alternative.product()))
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
                    && Likeness.of(plan, product).is(product(functions.with(held), claim, claim.along()))) {
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
                if (Likeness.of(plan, product).is(product(functions.with(alteration), claim, claim.along()))) {
                    return named(alteration);
                }
            }
        }
        return null;
    }

    private static ProductMistake named(Alteration alteration) {
        Node node = alteration.node();
        String operation = node.label();
        String title = node.origin().kind().isEmpty()
                ? node.op().title()
                : node.origin().kind();
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
                                        Objects.requireNonNull(alteration.source())
                                                .label()));
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

    private Map<String, Tensor> product(Products rules, ClaimedProduct claim, Map<String, Tensor> along) {
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
}
