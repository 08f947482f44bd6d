package dev.plumbline.check;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Program;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The gradients of a request, held against the parameters they claim to belong to. */
final class Claims {

    private Claims() {}

    /** The claims that are to be judged; names and shapes must be those of parameters. */
    static Map<String, Tensor> judged(Map<String, Tensor> gradients, Program program, CheckSettings settings) {
        if (gradients.isEmpty()) {
            throw Problem.invalid(
                    "/gradients",
                    "there is no gradient in the claim",
                    "no tensors",
                    "one of " + program.parameters().keySet() + ", or no gradients at all to check Plumbline's own");
        }
        Map<String, Tensor> judged = new LinkedHashMap<>();
        gradients.forEach((name, claim) -> {
            Node parameter = program.parameters().get(name);
            if (parameter == null) {
                throw Problem.invalid(
                        "/gradients" + Problem.pointer(name),
                        "the model has no parameter of this name",
                        name,
                        "one of " + program.parameters().keySet());
            }
            if (!claim.shape().equals(parameter.shape())) {
                throw Problem.invalid(
                        "/gradients" + Problem.pointer(name),
                        "a gradient has the shape of its parameter",
                        claim.shape(),
                        parameter.shape());
            }
            if (settings.judges(name)) {
                judged.put(name, claim);
            }
        });
        requireAny(gradients.keySet(), settings);
        return judged;
    }

    /** Masks name parameters and have their shapes. */
    static void requireMasksThatFit(Program program, CheckSettings settings) {
        settings.masks().forEach((name, mask) -> {
            Node parameter = program.parameters().get(name);
            String pointer = "/settings/mask" + Problem.pointer(name);
            if (parameter == null) {
                throw Problem.invalid(
                        pointer,
                        "the model has no parameter of this name",
                        name,
                        "one of " + program.parameters().keySet());
            }
            if (!mask.shape().equals(parameter.shape())) {
                throw Problem.invalid(
                        pointer, "a mask has the shape of its parameter", mask.shape(), parameter.shape());
            }
        });
    }

    /** Settings that leave nothing to judge would pass anything. */
    static void requireAny(Set<String> names, CheckSettings settings) {
        if (names.stream().noneMatch(settings::judges)) {
            throw Problem.invalid(
                    "/settings",
                    "no tensor is left to judge",
                    names,
                    "include names at least one of them, exclude does not, and its mask has an entry to judge");
        }
    }

    /**
     * The datatype that a claim was computed in: as the settings say; else the widest of its tensors', except that
     * float64 claims whose every value is a float32 number, exactly or as printed in the shortest way, count as float32.
     */
    static Datatype datatype(@Nullable Map<String, Tensor> claims, @Nullable Datatype stated) {
        if (stated != null || claims == null) {
            return Objects.requireNonNullElse(stated, Datatype.FP64);
        }
        Datatype widest = Datatype.BF16;
        boolean float32 = true;
        for (Tensor claim : claims.values()) {
            Datatype own = claim.datatype().isFloat() ? claim.datatype() : Datatype.FP64;
            widest = own.unitRoundoff() < widest.unitRoundoff() ? own : widest;
            float32 = float32 && isFloat32(claim);
        }
        return widest == Datatype.FP64 && float32 ? Datatype.FP32 : widest;
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
