package dev.plumbline.compute.product;

import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.product.Entries.Ruled;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Products;
import dev.plumbline.compute.verification.BentOperation;
import dev.plumbline.compute.verification.CheckPlan;
import dev.plumbline.compute.verification.Claims;
import dev.plumbline.compute.verification.Evidence;
import dev.plumbline.compute.verification.Examination;
import dev.plumbline.compute.verification.JudgedTensor;
import dev.plumbline.compute.verification.Measurement;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds a claimed product against the exact one.
 *
 * <p>{@code v'J} is the gradient of {@code <v, y>}, and {@code H u} that of the slope {@code <grad f, u>}, so both are
 * measured and examined as gradients are: certified by forward mode, judged within what rounding in the claim's datatype
 * explains, at bends by the pieces that meet there, and a slope that jumps is INCONCLUSIVE. {@code J u} is the gradient of
 * {@code <c, J u>} by c; its bends are looked for along u itself ({@link OneSided}).
 *
 * <p>A product no larger than its rounding says nothing, and is INCONCLUSIVE where it would pass.
 *
 * @param functions the outputs at the point
 * @param objective the output that Hessians are of; null where there is none
 * @param plan of the check; its arithmetic is that of this claim
 * @param afford sees each program before it is measured
 */
public record ProductExamination(
        Products functions,
        @Nullable String objective,
        CheckPlan plan,
        Consumer<Objective> afford,
        Progress progress) {

    public JudgedProduct of(ClaimedProduct claim) {
        return switch (claim.kind()) {
            case VECTOR_JACOBIAN ->
                asGradient(
                        claim,
                        functions.pulledBack(claim.along(), claim.product().keySet()));
            case HESSIAN_VECTOR ->
                asGradient(
                        claim,
                        functions.slope(
                                Objects.requireNonNull(objective),
                                claim.along(),
                                claim.product().keySet()));
            case JACOBIAN_VECTOR -> pushedForward(claim);
        };
    }

    private JudgedProduct asGradient(ClaimedProduct claim, @Nullable Objective product) {
        if (product == null) {
            return zero(claim);
        }
        Measured measured = measured(product, Claims.of(claim.product()));
        return judged(claim, measured, measured.tensors(), measured.measurement().bends(), 0);
    }

    private JudgedProduct pushedForward(ClaimedProduct claim) {
        Set<String> outputs = claim.product().keySet();
        Objective product = functions.pushedForward(claim.along(), outputs);
        if (product == null) {
            return zero(claim);
        }
        Map<String, Tensor> moving = new LinkedHashMap<>(claim.product());
        moving.keySet().retainAll(product.program().parameters().keySet());
        Measured measured = measured(product, Claims.of(moving));
        OneSided sides = OneSided.of(functions, claim.along(), moving.keySet(), plan.seed());
        List<JudgedTensor> tensors = new ArrayList<>();
        claim.product().forEach((name, tensor) -> {
            JudgedTensor own = measured.tensor(name);
            if (own == null) {
                tensors.add(Entries.zero(name, plan.arithmetic().of(name), tensor, plan.entries()));
            } else {
                tensors.add(sides.decides(name, measured.measurement()) ? bySides(own, measured, sides) : own);
            }
        });
        return judged(claim, measured, tensors, sides.bends(), sides.passes());
    }

    /** A tensor some of whose entries bend along the direction. */
    private JudgedTensor bySides(JudgedTensor smooth, Measured measured, OneSided sides) {
        String name = smooth.name();
        Tensor claim = smooth.comparison().claimed();
        Tensor reference = reference(measured.measurement(), name);
        Tensor allowance = measured.measurement().allowances().allowance(name);
        return Entries.judged(
                name, smooth.datatype(), claim, sides.reference(name, reference), allowance, plan.entries(), i -> {
                    Ruled bent = sides.ruling(name, i, claim.at(i), measured.measurement());
                    return bent != null ? bent : Ruled.compared(claim.at(i), reference.at(i), allowance.at(i));
                });
    }

    private JudgedProduct judged(
            ClaimedProduct claim,
            Measured measured,
            List<JudgedTensor> tensors,
            List<BentOperation> bends,
            double morePasses) {
        Measurement measurement = measured.measurement();
        Map<String, Tensor> references = new LinkedHashMap<>();
        Map<String, Tensor> allowances = new LinkedHashMap<>();
        boolean isAnyAbove = false;
        boolean isAllZero = claim.along().values().stream().anyMatch(along -> along.norm() > 0);
        for (JudgedTensor tensor : tensors) {
            String name = tensor.name();
            boolean isMeasured = measurement.reference().containsKey(name);
            Tensor zeros = Tensor.zeros(tensor.comparison().claimed().shape());
            Tensor reference = isMeasured ? reference(measurement, name) : zeros;
            Tensor allowance = isMeasured ? measurement.allowances().allowance(name) : zeros;
            references.put(name, reference);
            allowances.put(name, allowance);
            isAnyAbove |= isAbove(reference, allowance);
            isAllZero &= !isMeasured || isExactlyZero(claim, measurement, name);
        }
        boolean saysNothing = !isAnyAbove && !isAllZero;
        Verdict worst = tensors.stream().map(JudgedTensor::verdict).reduce(Verdict.PASS, Verdict::worse);
        return new JudgedProduct(
                claim,
                worst == Verdict.PASS && saysNothing ? Verdict.INCONCLUSIVE : worst,
                tensors,
                references,
                allowances,
                saysNothing,
                bends,
                measured.examination().caveats(),
                measurement.passes() + measured.examination().passes() + morePasses);
    }

    /** Whether no term is added up to the product; of a {@code J u} that is 0 nobody knows which terms cancelled. */
    private static boolean isExactlyZero(ClaimedProduct claim, Measurement measurement, String name) {
        return claim.kind() != ClaimedProduct.Kind.JACOBIAN_VECTOR
                && reference(measurement, name).norm() == 0
                && measurement.allowances().magnitude(name).norm() == 0;
    }

    private static boolean isAbove(Tensor reference, Tensor allowance) {
        for (int i = 0; i < reference.size(); i++) {
            if (Math.abs(reference.at(i)) > allowance.at(i)) {
                return true;
            }
        }
        return false;
    }

    /** What does not move at all. */
    private JudgedProduct zero(ClaimedProduct claim) {
        List<JudgedTensor> tensors = new ArrayList<>();
        Map<String, Tensor> zeros = new LinkedHashMap<>();
        claim.product().forEach((name, tensor) -> {
            tensors.add(Entries.zero(name, plan.arithmetic().of(name), tensor, plan.entries()));
            zeros.put(name, Tensor.zeros(tensor.shape()));
        });
        Verdict worst = tensors.stream().map(JudgedTensor::verdict).reduce(Verdict.PASS, Verdict::worse);
        return new JudgedProduct(claim, worst, tensors, zeros, zeros, false, List.of(), List.of(), 0);
    }

    private static Tensor reference(Measurement measurement, String name) {
        return Objects.requireNonNull(measurement.reference().get(name));
    }

    private record Measured(Measurement measurement, Examination examination, List<JudgedTensor> tensors) {

        @Nullable
        JudgedTensor tensor(String name) {
            return tensors.stream()
                    .filter(tensor -> tensor.name().equals(name))
                    .findFirst()
                    .orElse(null);
        }
    }

    private Measured measured(Objective product, Claims claims) {
        afford.accept(product);
        Measurement measurement = Measurement.of(product, plan, progress);
        Examination examination = Examination.of(measurement, claims);
        Evidence evidence = Evidence.of(examination, progress);
        return new Measured(measurement, examination, evidence.tensors());
    }
}
