package dev.plumbline.compute.product;

import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.verification.BentOperation;
import dev.plumbline.compute.verification.Caveat;
import dev.plumbline.compute.verification.JudgedTensor;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * A claimed product, judged tensor by tensor.
 *
 * @param verdict the worst of the tensors'; INCONCLUSIVE where they pass and {@code saysNothing}
 * @param references what the claim was held against, by tensor
 * @param allowances what rounding explains, by tensor
 * @param saysNothing whether the product is no larger than rounding: then agreement means nothing
 * @param bends operations at a bend or jump that the product depends on
 * @param passes the work, in forward passes of the model
 */
public record JudgedProduct(
        ClaimedProduct claim,
        Verdict verdict,
        List<JudgedTensor> tensors,
        Map<String, Tensor> references,
        Map<String, Tensor> allowances,
        boolean saysNothing,
        List<BentOperation> bends,
        List<Caveat> caveats,
        double passes) {

    public JudgedProduct {
        tensors = List.copyOf(tensors);
        bends = List.copyOf(bends);
        caveats = List.copyOf(caveats);
    }

    /** Claim and reference of every tensor. */
    List<Comparison> comparisons() {
        return tensors.stream().map(JudgedTensor::comparison).toList();
    }
}
