package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Float32Numbers;
import dev.plumbline.tensor.Tensor;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;

/** The datatype that a claim was computed in: its rounding is what the claim is allowed. */
public final class ClaimDatatype {

    private static final int SHORT_DIGITS = 11; // behind the leading one

    private ClaimDatatype() {}

    /**
     * By tensor, its own, except that float64 claims count as float32 where every value of all of them is a float32 number,
     * exactly or as printed in the shortest way, and some have digits enough to prove it: zeros and small whole numbers are
     * numbers of any datatype, see {@link #possibly}.
     */
    public static Map<String, Datatype> byTensor(Map<String, Tensor> claims) {
        return byTensor(claims, areFloat32(claims) && claims.values().stream().anyMatch(ClaimDatatype::isProof));
    }

    /**
     * What claims may have been computed in instead, for all that their values tell: float32 in the place of float64 where
     * every value is a number of both, too short to prove either. The same as {@link #byTensor} where there is no doubt.
     */
    public static Map<String, Datatype> possibly(Map<String, Tensor> claims) {
        return byTensor(claims, areFloat32(claims));
    }

    private static Map<String, Datatype> byTensor(Map<String, Tensor> claims, boolean float32) {
        Map<String, Datatype> datatypes = new LinkedHashMap<>();
        for (Map.Entry<String, Tensor> claim : claims.entrySet()) {
            Datatype own = own(claim.getValue());
            datatypes.put(claim.getKey(), own == Datatype.FP64 && float32 ? Datatype.FP32 : own);
        }
        return datatypes;
    }

    private static boolean areFloat32(Map<String, Tensor> claims) {
        return claims.values().stream().allMatch(claim -> own(claim) != Datatype.FP64 || Float32Numbers.are(claim));
    }

    private static boolean isProof(Tensor claim) {
        return own(claim) == Datatype.FP64 && hasDigits(claim);
    }

    /** The widest of the tensors'. */
    public static Datatype of(Collection<Tensor> claims) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        claims.forEach(claim -> named.put(String.valueOf(named.size()), claim));
        return widest(byTensor(named).values());
    }

    /** The widest of several; float64 of none. */
    public static Datatype widest(Collection<Datatype> datatypes) {
        return datatypes.stream()
                .min(Comparator.comparingDouble(Datatype::unitRoundoff))
                .orElse(Datatype.FP64);
    }

    private static Datatype own(Tensor claim) {
        return claim.datatype().isFloat() ? claim.datatype() : Datatype.FP64;
    }

    /** Whether some value needs more than half of a float32's digits. */
    private static boolean hasDigits(Tensor claim) {
        for (double value : claim.values()) {
            double shortened = Math.rint(Math.scalb(value, SHORT_DIGITS - Math.getExponent(value)));
            if (Math.scalb(shortened, Math.getExponent(value) - SHORT_DIGITS) != value && Double.isFinite(value)) {
                return true;
            }
        }
        return false;
    }

    /** The smallest relative defect that matters in one number of a claim of this datatype. */
    public static double smallestDefect(Datatype datatype) {
        return datatype == Datatype.FP64 ? 1e-3 : 1e-1;
    }
}
