package dev.plumbline.diagnose;

import dev.plumbline.compute.health.GivenReading;
import dev.plumbline.compute.health.Profile;
import dev.plumbline.compute.judgement.ClaimDatatype;
import dev.plumbline.compute.program.Precision;
import dev.plumbline.library.LibraryCard;
import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Spelling;
import dev.plumbline.reader.Expected;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.reader.OptimizerSource;
import dev.plumbline.reader.ParameterNames;
import dev.plumbline.report.DatatypeSetting;
import dev.plumbline.report.PrecisionSetting;
import dev.plumbline.report.Upload;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is to be diagnosed: a model with its data, or gradients that the caller already has, or both: then the gradients
 * are a claim, which is judged against the model before its health is.
 *
 * @param model may come as a file beside the request
 * @param parameters with a model they replace the values in its file; beside gradients they go by the same names
 * @param gradients by parameter; beside a model the claim
 * @param activations by layer, beside gradients without a model; the first axis counts samples, the second units
 * @param functions what those activations are, by layer: relu, tanh or sigmoid
 * @param layers the order of the layers beside gradients; without it their names must number them
 * @param optimizer as for optimizer steps, for the update ratio of a first step
 * @param profile whose rules; {@code plumbline} where it is not said
 * @param label the caller's own name for the diagnosis
 * @param expected the pipeline's own loss and outputs; where ours differ, no claim is judged
 * @param settings what the claims were computed in
 * @param comparedWith an earlier report's id
 */
public record DiagnosisRequest(
        @Nullable ModelSource model,
        @Nullable LossSource loss,
        @Nullable Map<String, Tensor> parameters,
        @Nullable Map<String, Tensor> data,
        @Nullable Map<String, Tensor> gradients,
        @Nullable Map<String, Tensor> activations,
        @Nullable Map<String, String> functions,
        @Nullable List<String> layers,
        @Nullable OptimizerSource optimizer,
        @Nullable Profile profile,

        @Schema(description = "a name of your own, up to 255 characters, that the list of reports can be asked for")
        @Nullable
        String label,

        @Schema(
                description = "your own loss and outputs at this point, beside a model: where ours differ by more than"
                        + " rounding, this is another model than yours, and no claim is judged")
        @Nullable
        Expected expected,

        @Schema(description = "what the claimed gradients were computed in, as in a check's settings") @Nullable
        Arithmetic settings,

        @Schema(description = "the id of an earlier report of this key: the report says what has changed since")
        @Nullable
        String comparedWith) {

    /**
     * What claims were computed in, where their files or values do not say so.
     *
     * @param claimDatatype one, or a map by tensor
     * @param precision mixed precision, such as {@code "autocastBF16"}
     */
    public record Arithmetic(
            @Nullable DatatypeSetting claimDatatype,
            @Nullable PrecisionSetting precision) {}

    static final DiagnosisRequest EMPTY =
            new DiagnosisRequest(null, null, null, null, null, null, null, null, null, null, null);

    /** One without a label. */
    DiagnosisRequest(
            @Nullable ModelSource model,
            @Nullable LossSource loss,
            @Nullable Map<String, Tensor> parameters,
            @Nullable Map<String, Tensor> data,
            @Nullable Map<String, Tensor> gradients,
            @Nullable Map<String, Tensor> activations,
            @Nullable Map<String, String> functions,
            @Nullable List<String> layers,
            @Nullable OptimizerSource optimizer,
            @Nullable Profile profile,
            @Nullable Expected expected) {
        this(
                model,
                loss,
                parameters,
                data,
                gradients,
                activations,
                functions,
                layers,
                optimizer,
                profile,
                null,
                expected,
                null,
                null);
    }

    /** The gradients that are claimed to be the model's; none where there is no claim. */
    Map<String, Tensor> claims() {
        if (gradients != null && gradients.isEmpty()) {
            throw Problem.invalid(
                    "/gradients", "there is no gradient in the claim", "no tensors", "some, or no gradients at all");
        }
        return gradients == null ? Map.of() : gradients;
    }

    /** What describes a network that only its own pipeline knows says nothing beside a model. */
    void requireNothingButAModel() {
        refuse("activations", activations);
        refuse("functions", functions);
        refuse("layers", layers);
    }

    private static void refuse(String name, @Nullable Object given) {
        if (given != null) {
            throw Problem.invalid(
                    Problem.pointer(name),
                    "the model tells its own activations and layers",
                    name + " beside a model",
                    "a model, or gradients with " + name);
        }
    }

    /** All tensors, in the request and its files. */
    int tensorCount() {
        int given = gradients == null ? 0 : gradients.size();
        int values = activations == null ? 0 : activations.size();
        return parametersOrNone().size() + dataOrNone().size() + given + values;
    }

    /** This request with what came as files beside it, and the model it names; nothing may come twice. */
    DiagnosisRequest with(Upload files, LibraryCard card) {
        return new DiagnosisRequest(
                card.model(model, files),
                loss,
                files.joined("parameters", parameters),
                files.joined("data", data),
                files.joined("gradients", gradients),
                files.joined("activations", activations),
                functions,
                layers,
                optimizer,
                profile,
                label,
                expected,
                settings,
                comparedWith);
    }

    /** What each claim was computed in: as the settings say, else what the claims themselves tell. */
    Map<String, Datatype> datatypes(Map<String, Tensor> claims) {
        Map<String, Datatype> own = ClaimDatatype.byTensor(claims);
        DatatypeSetting stated = settings == null ? null : settings.claimDatatype();
        if (stated == null) {
            return own;
        }
        stated.tensors().keySet().stream()
                .filter(name -> !claims.containsKey(name))
                .findFirst()
                .ifPresent(name -> {
                    throw Problem.invalid(
                            Problem.pointer("settings", "claimDatatype") + Problem.pointer(name),
                            "no gradient of this name is claimed",
                            name,
                            Spelling.oneOf(name, claims.keySet()));
                });
        return stated.over(own);
    }

    /**
     * The gradients that the pipeline computes in float16, as they are without its rounding: those of the claims' datatypes,
     * or all under {@code autocastFP16}. Gradients that came in float16 have been rounded, and are left out.
     *
     * @param exact by parameter
     */
    Map<String, Tensor> inFloat16(Map<String, Tensor> exact) {
        Precision mixed = precision();
        DatatypeSetting claimed = settings == null ? null : settings.claimDatatype();
        boolean all = mixed != null && mixed.compute() == Precision.Format.FP16
                || claimed != null && claimed.one() == Datatype.FP16;
        Map<String, Tensor> claims = gradients == null ? Map.of() : gradients;
        Map<String, Datatype> stated = datatypes(claims);
        Map<String, Tensor> halves = new LinkedHashMap<>();
        exact.forEach((name, gradient) -> {
            boolean isHalf = all || stated.get(name) == Datatype.FP16;
            if (isHalf && gradient.datatype() != Datatype.FP16) {
                halves.put(name, gradient);
            }
        });
        return halves;
    }

    @Nullable
    Precision precision() {
        PrecisionSetting stated = settings == null ? null : settings.precision();
        return stated == null ? null : stated.precision();
    }

    Map<String, Tensor> parametersOrNone() {
        return parameters == null ? Map.of() : parameters;
    }

    Map<String, Tensor> dataOrNone() {
        return data == null ? Map.of() : data;
    }

    LossSource lossOrNone() {
        return loss == null ? LossSource.NONE : loss;
    }

    Profile profileOrOurs() {
        return profile == null ? Profile.PLUMBLINE : profile;
    }

    private void requireNothingOfAModel() {
        if (expected != null) {
            throw Problem.invalid(
                    "/expected", "this is expected of a model", "no model", "a model with data, or gradients alone");
        }
    }

    /** The given parameters by the names of the gradients. */
    private Map<String, Tensor> parametersOf(Map<String, Tensor> given) {
        return ParameterNames.of(given.keySet()).of(parametersOrNone(), "/parameters");
    }

    /** The gradients that came without a model, with all that came beside them. */
    GivenReading given() {
        if (gradients == null || gradients.isEmpty()) {
            throw Problem.invalid("", "there is nothing to diagnose", "nothing", "a model with data, or gradients");
        }
        requireNothingOfAModel();
        Set<String> known = new HashSet<>(GivenReading.layers(gradients.keySet()));
        requireSameShapes(gradients);
        List<String> order = layers == null ? List.of() : layers;
        if (!order.isEmpty() && (!known.equals(new HashSet<>(order)) || order.size() != known.size())) {
            throw Problem.invalid("/layers", "the order must name every layer once", order, known);
        }
        Map<String, Tensor> values = activations == null ? Map.of() : activations;
        Map<String, String> kinds = functions == null ? Map.of() : functions;
        values.keySet().forEach(name -> requireLayer("/activations", name, known));
        kinds.forEach((name, kind) -> {
            requireLayer("/functions", name, known);
            if (!Set.of("relu", "tanh", "sigmoid").contains(kind)) {
                throw Problem.unsupported(
                        "/functions" + Problem.pointer(name), "no such activation", kind, "relu, tanh or sigmoid");
            }
        });
        return new GivenReading(gradients, parametersOf(gradients), values, kinds, order);
    }

    private static void requireLayer(String part, String name, Set<String> known) {
        if (!known.contains(name)) {
            throw Problem.invalid(
                    part + Problem.pointer(name), "there are no gradients of a layer of this name", name, known);
        }
    }

    private void requireSameShapes(Map<String, Tensor> given) {
        parametersOf(given).forEach((name, parameter) -> {
            Tensor gradient = given.get(name);
            if (gradient == null || !gradient.shape().equals(parameter.shape())) {
                throw Problem.invalid(
                        "/parameters" + Problem.pointer(name),
                        "a parameter and its gradient have one name and one shape",
                        parameter.shape(),
                        gradient == null ? "one of " + given.keySet() : gradient.shape());
            }
        });
    }
}
