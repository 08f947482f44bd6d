package dev.plumbline.check;

import dev.plumbline.compute.product.ClaimedProduct;
import dev.plumbline.compute.product.ClaimedProduct.Kind;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Products with derivatives that a request claims.
 *
 * @param vectorJacobian {@code v'J}
 * @param jacobianVector {@code J u}
 * @param hessianVector {@code H u}
 */
record ProductClaims(
        List<VectorJacobian> vectorJacobian, List<JacobianVector> jacobianVector, List<HessianVector> hessianVector) {

    /** Products of one request; each is measured like a gradient. */
    private static final int MOST = 256;

    static final ProductClaims NONE = new ProductClaims(List.of(), List.of(), List.of());

    /** {@code v'J}: cotangents by output, the product by parameter or data. */
    public record VectorJacobian(
            @Schema(description = "v, by output of the model") @Nullable
            Map<String, Tensor> cotangent,

            @Schema(description = "v'J, by parameter or data") @Nullable
            Map<String, Tensor> product) {}

    /** {@code J u}: a direction by parameter or data, the product by output. */
    public record JacobianVector(
            @Schema(description = "u, by parameter or data; what is not named does not move") @Nullable
            Map<String, Tensor> direction,

            @Schema(description = "J u, by output of the model") @Nullable
            Map<String, Tensor> product) {}

    /** {@code H u}: a direction and the product, both by parameter or data. */
    public record HessianVector(
            @Schema(description = "u, by parameter or data; what is not named does not move") @Nullable
            Map<String, Tensor> direction,

            @Schema(description = "H u, by parameter or data") @Nullable
            Map<String, Tensor> product) {}

    ProductClaims {
        vectorJacobian = List.copyOf(vectorJacobian);
        jacobianVector = List.copyOf(jacobianVector);
        hessianVector = List.copyOf(hessianVector);
    }

    boolean isEmpty() {
        return vectorJacobian.isEmpty() && jacobianVector.isEmpty() && hessianVector.isEmpty();
    }

    private int size() {
        return vectorJacobian.size() + jacobianVector.size() + hessianVector.size();
    }

    int tensorCount() {
        return places().stream()
                .mapToInt(place -> place.along().size() + place.product().size())
                .sum();
    }

    /** A product with its place in the request. */
    record Place(Kind kind, String pointer, Map<String, Tensor> along, Map<String, Tensor> product) {

        /** What the factor is called in the request. */
        String factor() {
            return kind == Kind.VECTOR_JACOBIAN ? "cotangent" : "direction";
        }

        /** Whether the factor, or else the product, is by output. */
        boolean isByOutput(boolean factor) {
            return kind == Kind.VECTOR_JACOBIAN ? factor : kind == Kind.JACOBIAN_VECTOR && !factor;
        }

        ClaimedProduct claim() {
            return new ClaimedProduct(kind, along, product);
        }
    }

    /** All of them in the order of the request, or a problem where one is not whole. */
    List<Place> places() {
        List<Place> places = new ArrayList<>();
        for (VectorJacobian one : vectorJacobian) {
            places.add(place(Kind.VECTOR_JACOBIAN, places.size(), one.cotangent(), one.product()));
        }
        int before = places.size();
        for (JacobianVector one : jacobianVector) {
            places.add(place(Kind.JACOBIAN_VECTOR, places.size() - before, one.direction(), one.product()));
        }
        int upTo = places.size();
        for (HessianVector one : hessianVector) {
            places.add(place(Kind.HESSIAN_VECTOR, places.size() - upTo, one.direction(), one.product()));
        }
        return places;
    }

    private static Place place(
            Kind kind, int number, @Nullable Map<String, Tensor> along, @Nullable Map<String, Tensor> product) {
        String pointer = list(kind) + "/" + number;
        String factor = kind == Kind.VECTOR_JACOBIAN ? "cotangent" : "direction";
        if (along == null || along.isEmpty()) {
            throw Problem.invalid(
                    pointer + "/" + factor,
                    "there is nothing to multiply by",
                    "no tensors",
                    kind == Kind.VECTOR_JACOBIAN ? "a cotangent by output" : "a direction by parameter or data");
        }
        if (product == null || product.isEmpty()) {
            throw Problem.invalid(
                    pointer + "/product",
                    "there is no product in the claim",
                    "no tensors",
                    kind == Kind.JACOBIAN_VECTOR ? "the product by output" : "the product by parameter or data");
        }
        return new Place(kind, pointer, along, product);
    }

    private static String list(Kind kind) {
        return switch (kind) {
            case VECTOR_JACOBIAN -> "/vectorJacobianProducts";
            case JACOBIAN_VECTOR -> "/jacobianVectorProducts";
            case HESSIAN_VECTOR -> "/hessianVectorProducts";
        };
    }

    void requireFew() {
        if (size() > MOST) {
            throw Problem.limit(
                    list(Kind.HESSIAN_VECTOR),
                    "these are too many products for one request",
                    size() + " products",
                    "at most " + MOST);
        }
    }

    /** Tensors by names of inputs, the first of each name: their names say which tensors of a file are parameters. */
    Map<String, Tensor> byInput() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Place place : places()) {
            Stream.of(true, false)
                    .filter(factor -> !place.isByOutput(factor))
                    .map(factor -> factor ? place.along() : place.product())
                    .forEach(these -> these.forEach(tensors::putIfAbsent));
        }
        return tensors;
    }

    /** The names of outputs. */
    Set<String> outputs() {
        Set<String> names = new LinkedHashSet<>();
        for (Place place : places()) {
            if (place.kind() == Kind.VECTOR_JACOBIAN) {
                names.addAll(place.along().keySet());
            } else if (place.kind() == Kind.JACOBIAN_VECTOR) {
                names.addAll(place.product().keySet());
            }
        }
        return names;
    }
}
