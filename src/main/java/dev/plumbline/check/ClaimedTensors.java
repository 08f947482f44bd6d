package dev.plumbline.check;

import dev.plumbline.compute.judgement.ClaimDatatype;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Program;
import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Spelling;
import dev.plumbline.reader.ClaimedGradients;
import dev.plumbline.report.DatatypeSetting;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The gradients of a request, held against the parameters they claim to belong to. */
final class ClaimedTensors {

    private ClaimedTensors() {}

    /** The claims that are to be judged; names and shapes must be those of parameters. */
    static Map<String, Tensor> judged(Map<String, Tensor> gradients, Program program, CheckSettings settings) {
        if (gradients.isEmpty()) {
            throw Problem.invalid(
                    "/gradients",
                    "there is no gradient in the claim",
                    "no tensors",
                    "one of " + program.parameters().keySet() + ", or no gradients at all to check Plumbline's own");
        }
        ClaimedGradients.requireOfParametersOrData(program, gradients);
        Map<String, Tensor> judged = new LinkedHashMap<>();
        gradients.forEach((name, claim) -> {
            if (settings.judges(name)) {
                judged.put(name, claim);
            }
        });
        settings.requirePatternsOf(program.parameters().keySet());
        requireAny(gradients.keySet(), settings);
        return judged;
    }

    private static Node requireParameter(Program program, String name, String place) {
        Node parameter = program.parameters().get(name);
        if (parameter == null) {
            throw Problem.invalid(
                    place + Problem.pointer(name),
                    "the model has no parameter of this name",
                    name,
                    Spelling.oneOf(name, program.parameters().keySet()));
        }
        return parameter;
    }

    /** Masks name parameters and have their shapes. */
    static void requireMasksThatFit(Program program, CheckSettings settings) {
        settings.masks().forEach((name, mask) -> {
            Node parameter = requireParameter(program, name, "/settings/mask");
            if (!mask.shape().equals(parameter.shape())) {
                throw Problem.invalid(
                        "/settings/mask" + Problem.pointer(name),
                        "a mask has the shape of its parameter",
                        mask.shape(),
                        parameter.shape());
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
     * What each tensor that is judged was computed in: as the settings say, else what the claims themselves tell; float64
     * where there is no claim.
     */
    static Map<String, Datatype> datatypes(
            @Nullable Map<String, Tensor> claims, Program program, CheckSettings settings) {
        Map<String, Datatype> datatypes = new LinkedHashMap<>();
        if (claims == null) {
            program.parameters().keySet().stream()
                    .filter(settings::judges)
                    .forEach(name -> datatypes.put(name, Datatype.FP64));
        } else {
            datatypes.putAll(ClaimDatatype.byTensor(claims));
        }
        DatatypeSetting stated = settings.claimDatatype();
        if (stated != null) {
            stated.tensors().keySet().forEach(name -> requireParameter(program, name, "/settings/claimDatatype"));
        }
        return stated == null ? datatypes : stated.over(datatypes);
    }
}
