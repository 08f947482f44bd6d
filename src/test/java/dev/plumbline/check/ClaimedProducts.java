package dev.plumbline.check;

import dev.plumbline.check.ProductClaims.HessianVector;
import dev.plumbline.check.ProductClaims.JacobianVector;
import dev.plumbline.check.ProductClaims.VectorJacobian;
import dev.plumbline.limits.Limits;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Claims of products with the derivatives of a formula, checked by the service. */
record ClaimedProducts(
        String formula,
        Map<String, Tensor> parameters,
        Map<String, Tensor> data,
        List<VectorJacobian> pulled,
        List<JacobianVector> pushed,
        List<HessianVector> second) {

    private static final GradientCheckService SERVICE =
            new GradientCheckService(Limits.defaults(), new RecentReports());

    static ClaimedProducts of(String formula, Map<String, Tensor> parameters) {
        return new ClaimedProducts(
                formula, parameters, Map.of(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    ClaimedProducts on(Map<String, Tensor> given) {
        return new ClaimedProducts(formula, parameters, given, pulled, pushed, second);
    }

    ClaimedProducts pulling(Map<String, Tensor> cotangent, Map<String, Tensor> product) {
        pulled.add(new VectorJacobian(cotangent, product));
        return this;
    }

    ClaimedProducts pushing(Map<String, Tensor> direction, Map<String, Tensor> product) {
        pushed.add(new JacobianVector(direction, product));
        return this;
    }

    ClaimedProducts bending(Map<String, Tensor> direction, Map<String, Tensor> product) {
        second.add(new HessianVector(direction, product));
        return this;
    }

    GradientCheckReport check() {
        return check(null);
    }

    GradientCheckReport check(@org.jspecify.annotations.Nullable Map<String, Tensor> gradients) {
        return SERVICE.check(new GradientCheckRequest(
                        Formulas.source(formula),
                        null,
                        parameters,
                        data,
                        gradients,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null)
                .claiming(new ProductClaims(pulled, pushed, second)));
    }
}
