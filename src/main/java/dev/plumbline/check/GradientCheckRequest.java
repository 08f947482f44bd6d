package dev.plumbline.check;

import dev.plumbline.library.LibraryCard;
import dev.plumbline.reader.Expected;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.reader.ParameterNames;
import dev.plumbline.report.Upload;
import dev.plumbline.tensor.Tensor;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A gradient to be checked.
 *
 * @param model may come as a file beside the request
 * @param loss attached to the model, or one of its outputs; not needed where the model computes one number
 * @param parameters replace the values in the model's file; a formula's parameters are the names given here
 * @param data everything that is not differentiated
 * @param gradients the claim, by parameter; absent, our own reverse-mode gradient is what is checked
 * @param label the caller's own name for the check
 * @param comparedWith the id of an earlier report
 * @param previousGradients of an earlier step, to recognise a mistake by
 * @param baseline gradients of a trusted implementation in the same precision
 * @param frozenRows rows that are not judged, by parameter
 * @param activations what hooks saw of values, by the names of the file, or by operation
 * @param cotangents what hooks saw of the loss's gradients by them
 * @param expected the pipeline's own loss and outputs; where ours differ, no gradient is judged
 * @param vectorJacobianProducts claims of {@code v'J}
 * @param jacobianVectorProducts claims of {@code J u}
 * @param hessianVectorProducts claims of {@code H u}
 * @param jacobianSparsity claims of which elements of a Jacobian may be other than 0
 */
public record GradientCheckRequest(
        @Schema(description = "a formula or an ONNX file in base64; or a part named model") @Nullable
        ModelSource model,

        @Schema(
                description =
                        "attached to the model, or one of its outputs; not needed where the model computes one number")
        @Nullable
        LossSource loss,

        @Schema(description = "replace the values in the model's file; a formula's parameters are the names given here")
        @Nullable
        Map<String, Tensor> parameters,

        @Schema(description = "everything that is not differentiated, the target included") @Nullable
        Map<String, Tensor> data,

        @Schema(
                description =
                        "the claim, by parameter, or by data that are to be differentiated by too; absent, Plumbline checks its own")
        @Nullable
        Map<String, Tensor> gradients,

        @Nullable CheckSettings settings,

        @Schema(description = "a name of your own, up to 255 characters, that the list of reports can be asked for")
        @Nullable
        String label,

        @Schema(description = "the id of an earlier report of this key: the report says what has changed since")
        @Nullable
        String comparedWith,

        @Schema(
                description =
                        "what the pipeline claimed at an earlier step, by parameter; with it a gradient that is stale or accumulated is named so")
        @Nullable
        Map<String, Tensor> previousGradients,

        @Schema(
                description =
                        "gradients of a trusted implementation in the same precision: the report says how many times further from the reference the claim is")
        @Nullable
        Map<String, Tensor> baseline,

        @Schema(
                description =
                        "rows that are not judged, by parameter, counted from the end where negative: {\"embedding.weight\": [0]} for an embedding with padding_idx 0, which ONNX does not have")
        @Nullable
        Map<String, List<Integer>> frozenRows,

        @Schema(
                description =
                        "your own loss and outputs at this point: where ours differ by more than rounding, this is another model than yours, and no gradient is judged")
        @Nullable
        Expected expected,

        @Schema(
                description =
                        "values that hooks of the pipeline saw on the way, by their names in the file, or by the name of the operation that computes them; with them every operation is judged by itself")
        @Nullable
        Map<String, Tensor> activations,

        @Schema(
                description =
                        "gradients of the loss by such values, summed over all that read them, as a tensor's hook sees them")
        @Nullable
        Map<String, Tensor> cotangents,

        @Schema(
                description =
                        "v'J for cotangents v of the model's outputs, by parameter or data; with products and without gradients, products alone are judged")
        @Nullable
        List<ProductClaims.VectorJacobian> vectorJacobianProducts,

        @Schema(
                description =
                        "J u, how the model's outputs move along a direction u of parameters or data; with vectorJacobianProducts also the dot test v . (J u) = (J' v) . u")
        @Nullable
        List<ProductClaims.JacobianVector> jacobianVectorProducts,

        @Schema(
                description =
                        "H u, how the loss's gradient moves along u; two or more are also held against each other for symmetry. A full Hessian is one product for each unit vector")
        @Nullable
        List<ProductClaims.HessianVector> hessianVectorProducts,

        @Schema(
                description =
                        "which elements of a Jacobian may be other than 0; one that is and is not named here is named in the report")
        @Nullable
        List<SparsityClaim> jacobianSparsity) {

    static final GradientCheckRequest EMPTY =
            new GradientCheckRequest(null, null, null, null, null, null, null, null, null, null, null, null);

    /** One that claims gradients alone, without a label, and is not compared with an earlier report. */
    GradientCheckRequest(
            @Nullable ModelSource model,
            @Nullable LossSource loss,
            @Nullable Map<String, Tensor> parameters,
            @Nullable Map<String, Tensor> data,
            @Nullable Map<String, Tensor> gradients,
            @Nullable CheckSettings settings,
            @Nullable Map<String, Tensor> previousGradients,
            @Nullable Map<String, Tensor> baseline,
            @Nullable Map<String, List<Integer>> frozenRows,
            @Nullable Expected expected,
            @Nullable Map<String, Tensor> activations,
            @Nullable Map<String, Tensor> cotangents) {
        this(
                model,
                loss,
                parameters,
                data,
                gradients,
                settings,
                null,
                null,
                previousGradients,
                baseline,
                frozenRows,
                expected,
                activations,
                cotangents,
                null,
                null,
                null,
                null);
    }

    /** The same with claims of products. */
    GradientCheckRequest claiming(ProductClaims products) {
        return new GradientCheckRequest(
                model,
                loss,
                parameters,
                data,
                gradients,
                settings,
                label,
                comparedWith,
                previousGradients,
                baseline,
                frozenRows,
                expected,
                activations,
                cotangents,
                products.vectorJacobian(),
                products.jacobianVector(),
                products.hessianVector(),
                jacobianSparsity);
    }

    /** The same with claims of sparsity. */
    GradientCheckRequest claiming(List<SparsityClaim> sparsity) {
        return new GradientCheckRequest(
                model,
                loss,
                parameters,
                data,
                gradients,
                settings,
                label,
                comparedWith,
                previousGradients,
                baseline,
                frozenRows,
                expected,
                activations,
                cotangents,
                vectorJacobianProducts,
                jacobianVectorProducts,
                hessianVectorProducts,
                sparsity);
    }

    List<SparsityClaim> sparsityOrNone() {
        return jacobianSparsity == null ? List.of() : jacobianSparsity;
    }

    /** Whether something is claimed beside gradients. */
    boolean claimsMore() {
        return !productsOrNone().isEmpty() || !sparsityOrNone().isEmpty();
    }

    ProductClaims productsOrNone() {
        return new ProductClaims(
                vectorJacobianProducts == null ? List.of() : vectorJacobianProducts,
                jacobianVectorProducts == null ? List.of() : jacobianVectorProducts,
                hessianVectorProducts == null ? List.of() : hessianVectorProducts);
    }

    /** This request with what came as files beside it, and the model it names; nothing may come twice. */
    GradientCheckRequest with(Upload files, LibraryCard card) {
        return new GradientCheckRequest(
                card.model(model, files),
                loss,
                files.joined("parameters", parameters),
                files.joined("data", data),
                files.joined("gradients", gradients),
                settings,
                label,
                comparedWith,
                files.joined("previousGradients", previousGradients),
                files.joined("baseline", baseline),
                frozenRows,
                expected,
                files.joined("activations", activations),
                files.joined("cotangents", cotangents),
                vectorJacobianProducts,
                jacobianVectorProducts,
                hessianVectorProducts,
                jacobianSparsity);
    }

    /** The same with other gradients and settings by the names of the program's parameters. */
    GradientCheckRequest by(ParameterNames names) {
        CheckSettings own = resolvedSettings().by(names);
        FrozenRows rows = frozenRowsOrNone().by(names);
        return new GradientCheckRequest(
                model,
                loss,
                parameters,
                data,
                gradients,
                own,
                label,
                comparedWith,
                names.of(previousOrNone(), "/previousGradients"),
                names.of(baselineOrNone(), "/baseline"),
                rows.rows(),
                expected,
                activations,
                cotangents,
                vectorJacobianProducts,
                jacobianVectorProducts,
                hessianVectorProducts,
                jacobianSparsity);
    }

    /** All tensors, in the request and its files. */
    int tensorCount() {
        return parametersOrNone().size()
                + dataOrNone().size()
                + (gradients == null ? 0 : gradients.size())
                + previousOrNone().size()
                + baselineOrNone().size()
                + activationsOrNone().size()
                + cotangentsOrNone().size()
                + productsOrNone().tensorCount();
    }

    ModelSource requiredModel() {
        return ModelSource.required(model, "differentiate");
    }

    LossSource lossOrNone() {
        return loss == null ? LossSource.NONE : loss;
    }

    Map<String, Tensor> parametersOrNone() {
        return parameters == null ? Map.of() : parameters;
    }

    Map<String, Tensor> dataOrNone() {
        return data == null ? Map.of() : data;
    }

    Map<String, Tensor> previousOrNone() {
        return previousGradients == null ? Map.of() : previousGradients;
    }

    Map<String, Tensor> baselineOrNone() {
        return baseline == null ? Map.of() : baseline;
    }

    Map<String, Tensor> activationsOrNone() {
        return activations == null ? Map.of() : activations;
    }

    Map<String, Tensor> cotangentsOrNone() {
        return cotangents == null ? Map.of() : cotangents;
    }

    Map<String, Tensor> claimsOrNone() {
        return gradients == null ? Map.of() : gradients;
    }

    FrozenRows frozenRowsOrNone() {
        return new FrozenRows(frozenRows == null ? Map.of() : frozenRows);
    }

    CheckSettings resolvedSettings() {
        return (settings == null ? CheckSettings.DEFAULT : settings).resolved();
    }
}
