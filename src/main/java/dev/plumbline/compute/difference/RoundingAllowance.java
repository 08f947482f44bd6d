package dev.plumbline.compute.difference;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.rounding.Allowances;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** The allowance of each parameter where all claims have one datatype, and may have been computed in it throughout. */
public final class RoundingAllowance {

    private RoundingAllowance() {}

    /** The allowance for each parameter tensor. */
    public static Map<String, Tensor> of(
            Objective objective, Evaluation.Gradient gradient, Datatype datatype, long seed) {
        Map<String, Datatype> datatypes = new LinkedHashMap<>();
        objective.program().parameters().keySet().forEach(name -> datatypes.put(name, datatype));
        Allowances allowances = Allowances.of(objective, gradient, datatypes, null, false, seed);
        Map<String, Tensor> all = new LinkedHashMap<>();
        datatypes.keySet().forEach(name -> {
            Tensor throughout = allowances.narrowThroughout(name);
            all.put(name, throughout == null ? allowances.allowance(name) : throughout);
        });
        return all;
    }
}
