package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Float32Numbers;
import dev.plumbline.tensor.Tensor;
import java.util.Collection;

/** The datatype that a claim was computed in: its rounding is what the claim is allowed. */
public final class ClaimDatatype {

    private ClaimDatatype() {}

    /**
     * The widest of the tensors' own, except that float64 claims whose every value is a float32 number, exactly or as
     * printed in the shortest way, count as float32. Float64 without tensors.
     */
    public static Datatype of(Collection<Tensor> claims) {
        if (claims.isEmpty()) {
            return Datatype.FP64;
        }
        Datatype widest = Datatype.BF16;
        boolean float32 = true;
        for (Tensor claim : claims) {
            Datatype own = claim.datatype().isFloat() ? claim.datatype() : Datatype.FP64;
            widest = own.unitRoundoff() < widest.unitRoundoff() ? own : widest;
            float32 = float32 && Float32Numbers.are(claim);
        }
        return widest == Datatype.FP64 && float32 ? Datatype.FP32 : widest;
    }

    /** The smallest relative defect that matters in one number of a claim of this datatype. */
    public static double smallestDefect(Datatype datatype) {
        return datatype == Datatype.FP64 ? 1e-3 : 1e-1;
    }
}
