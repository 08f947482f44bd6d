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
 */
public record ProductExamination(
        Products functions, @Nullable String objective, CheckPlan plan, Progress progress) {

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
        boolean isSecond = claim.kind() == ClaimedProduct.Kind.HESSIAN_VECTOR;
        if (isSecond && !isFinite(Objects.requireNonNull(objective), 0)) {
            return open(claim);
        } else if (product == null) {
            return zero(
                    claim,
                    isSecond
                            && sides(claim, Set.of(Objects.requireNonNull(objective)))
                                    .jumps());
        }
        Measured measured = measured(product, Claims.of(claim.product()));
        return judged(
                claim, measured, measured.tensors(), measured.measurement().bends(), 0);
    }

    private JudgedProduct pushedForward(ClaimedProduct claim) {
        Set<String> outputs = claim.product().keySet();
        Objective product = functions.pushedForward(claim.along(), outputs);
        OneSided sides = sides(claim, outputs);
        if (product == null) {
            return zero(claim, sides.jumps());
        }
        Map<String, Tensor> moving = new LinkedHashMap<>(claim.product());
        moving.keySet().retainAll(product.program().parameters().keySet());
        Measured measured = measured(product, Claims.of(moving));
        List<JudgedTensor> tensors = new ArrayList<>();
        claim.product().forEach((name, tensor) -> {
            JudgedTensor own = measured.tensor(name);
            if (own == null) {
                tensors.add(zero(name, tensor, sides.jumps()));
            } else {
                boolean isOneSided = sides.decides(name, measured.measurement()) || !areFinite(name, tensor.size());
                tensors.add(isOneSided ? bySides(own, measured, sides) : own);
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
            isAllZero &= !isMeasured || !measurement.objective().hasDerivativeBy(name);
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

    private static boolean isAbove(Tensor reference, Tensor allowance) {
        for (int i = 0; i < reference.size(); i++) {
            if (Math.abs(reference.at(i)) > allowance.at(i)) {
                return true;
            }
        }
        return false;
    }

    /** Whether an element of an output is a number: what is none has no derivative. */
    private boolean isFinite(String output, int i) {
        Tensor value = functions.base().value(functions.program().output(output));
        return Double.isFinite(value.at(i));
    }

    private boolean areFinite(String output, int size) {
        for (int i = 0; i < size; i++) {
            if (!isFinite(output, i)) {
                return false;
            }
        }
        return true;
    }

    /** Of a function that has no value at the point. */
    private JudgedProduct open(ClaimedProduct claim) {
        List<JudgedTensor> tensors = new ArrayList<>();
        Map<String, Tensor> nothing = new LinkedHashMap<>();
        claim.product().forEach((name, tensor) -> {
            Tensor none = tensor.map(value -> Double.NaN);
            nothing.put(name, none);
            tensors.add(Entries.judged(
                    name, plan.arithmetic().of(name), tensor, none, none, plan.entries(), i -> Ruled.OPEN));
        });
        return new JudgedProduct(
                claim, Verdict.INCONCLUSIVE, tensors, nothing, nothing, false, List.of(), List.of(), 0);
    }

    /** What does not move at all. */
    private OneSided sides(ClaimedProduct claim, Set<String> outputs) {
        return OneSided.of(functions, claim.along(), outputs, plan.seed());
    }

    /** What no tangent reaches: constants, and steps, whose product is 0 but where they {@code jump}. */
    private JudgedTensor zero(String name, Tensor claim, boolean jumps) {
        return jumps
                ? Entries.discontinuous(name, plan.arithmetic().of(name), claim, plan.entries())
                : Entries.zero(name, plan.arithmetic().of(name), claim, plan.entries());
    }

    private JudgedProduct zero(ClaimedProduct claim, boolean jumps) {
        List<JudgedTensor> tensors = new ArrayList<>();
        Map<String, Tensor> zeros = new LinkedHashMap<>();
        claim.product().forEach((name, tensor) -> {
            tensors.add(zero(name, tensor, jumps));
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
        Measurement measurement = Measurement.of(product, plan, progress);
        Examination examination = Examination.of(measurement, claims);
        Evidence evidence = Evidence.of(examination, progress);
        return new Measured(measurement, examination, evidence.tensors());
    }
}
