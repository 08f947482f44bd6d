package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The datatype that a claim was computed in: its rounding is what the claim is allowed. */
public final class ClaimDatatype {

    private ClaimDatatype() {}

    /**
     * Each tensor's own, except that float64 counts as float32 where every value of all float64 claims is a float32
     * number, exactly or as printed in the shortest way: JSON has no other numbers. Whole numbers alone prove nothing.
     */
    public static Map<String, Datatype> byTensor(Map<String, Tensor> claims) {
        Datatype wide = wide(claims.values());
        Map<String, Datatype> datatypes = new LinkedHashMap<>();
        claims.forEach((name, claim) -> datatypes.put(name, own(claim) == Datatype.FP64 ? wide : own(claim)));
        return datatypes;
    }

    /** The widest of them. Float64 without tensors. */
    public static Datatype of(Collection<Tensor> claims) {
        Datatype wide = wide(claims);
        return claims.stream()
                .map(claim -> own(claim) == Datatype.FP64 ? wide : own(claim))
                .reduce((a, b) -> b.unitRoundoff() < a.unitRoundoff() ? b : a)
                .orElse(Datatype.FP64);
    }

    /** The smallest relative defect that matters in one number of a claim of this datatype. */
    public static double smallestDefect(Datatype datatype) {
        return datatype == Datatype.FP64 ? 1e-3 : 1e-1;
    }

    private static Datatype own(Tensor claim) {
        return claim.datatype().isFloat() ? claim.datatype() : Datatype.FP64;
    }

    /** What those that came as float64 are. */
    private static Datatype wide(Collection<Tensor> claims) {
        List<Tensor> wide =
                claims.stream().filter(claim -> own(claim) == Datatype.FP64).toList();
        boolean float32 = wide.stream().allMatch(ClaimDatatype::isFloat32)
                && !wide.stream().allMatch(ClaimDatatype::isWhole);
        return float32 ? Datatype.FP32 : Datatype.FP64;
    }

    private static boolean isWhole(Tensor claim) {
        for (double value : claim.values()) {
            if (value != Math.rint(value)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isFloat32(Tensor claim) {
        for (double value : claim.values()) {
            float nearest = (float) value;
            boolean equal = nearest == value || Double.isNaN(value);
            if (!equal && Double.parseDouble(Float.toString(nearest)) != value) {
                return false;
            }
        }
        return true;
    }
}
