package dev.plumbline.check;

import dev.plumbline.check.GradientCheckReport.BendReport;
import dev.plumbline.check.GradientCheckReport.TensorReport;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.product.ClaimedProduct.Kind;
import dev.plumbline.compute.product.ProductLaw;
import dev.plumbline.compute.product.ProductLaw.Law;
import dev.plumbline.compute.product.ProductMistake;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A claimed product, judged.
 *
 * @param kind vectorJacobian, jacobianVector or hessianVector
 * @param index its place in its list of the request, from 0
 */
public record ProductReport(
        Kind kind,

        int index,
        Verdict verdict,
        @Schema(description = "one plain sentence") String summary,

        @Schema(description = "what the whole product looks like, where it is wrong and some mistake gives it")
        @Nullable
        ProductMistake mistake,

        List<TensorReport> tensors,

        @Schema(description = "operations that sit on a bend, a jump or a root at this point")
        List<BendReport> bends) {

    /**
     * The dot test of two claims, or the symmetry of two.
     *
     * @param first the place of {@code J'v} among the vector-Jacobian products, or of {@code H w}
     * @param second the place of {@code J u} among the Jacobian-vector products, or of {@code H u}
     */
    public record LawReport(
            @Schema(description = "dotTest: v . (J u) = (J' v) . u. symmetry: u . (H w) = w . (H u)")
            Law law,

            int first,
            int second,
            double left,
            double right,

            @Schema(description = "what rounding explains") double bound,

            Verdict verdict,
            String detail) {

        static LawReport of(ProductLaw law) {
            return new LawReport(
                    law.law(),
                    law.first(),
                    law.second(),
                    law.left(),
                    law.right(),
                    law.bound(),
                    law.verdict(),
                    law.words());
        }
    }
}
