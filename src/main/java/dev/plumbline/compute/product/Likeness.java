package dev.plumbline.compute.product;

import dev.plumbline.compute.verification.CheckPlan;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import java.util.Objects;

/**
 * Whether some wrong product is what is claimed, entry by entry, within rounding.
 *
 * @param plan with the arithmetic of the claim
 */
record Likeness(CheckPlan plan, JudgedProduct product) {

    /** Allowances are of the reference; another product has a rounding of its own. */
    static final double SLACK = 4;

    private static final double ROUNDINGS = 32;

    static Likeness of(CheckPlan plan, JudgedProduct product) {
        return new Likeness(plan, product);
    }

    /** Zeros where a tensor is not named. */
    boolean is(Map<String, Tensor> alternative) {
        for (Map.Entry<String, Tensor> each : product.claim().product().entrySet()) {
            Tensor claim = each.getValue();
            Tensor reference = reference(each.getKey());
            Tensor allowance = allowance(each.getKey());
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

    Tensor reference(String name) {
        return Objects.requireNonNull(product.references().get(name));
    }

    Tensor allowance(String name) {
        return Objects.requireNonNull(product.allowances().get(name));
    }
}
