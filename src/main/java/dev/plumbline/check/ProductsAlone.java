package dev.plumbline.check;

import dev.plumbline.check.GradientCheckReport.Cost;
import dev.plumbline.check.GradientCheckReport.ObjectiveReport;
import dev.plumbline.check.GradientCheckReport.Warning;
import dev.plumbline.compute.product.JudgedProduct;
import dev.plumbline.compute.verification.Coverage;
import java.util.List;
import java.util.UUID;

/** Products that were judged, of a request that may have no gradients. */
record ProductsAlone(ProductModel model, CheckSettings settings, ProductCheck.Result result) {

    /** The report where no gradient was claimed. */
    static GradientCheckReport report(ProductsAlone products, long started) {
        ProductCheck.Result result = products.result();
        Double value = products.model().value();
        List<Warning> warnings = result.judged().stream()
                .map(JudgedProduct::caveats)
                .flatMap(List::stream)
                .distinct()
                .map(caveat -> new Warning(caveat.code(), caveat.detail()))
                .toList();
        return new GradientCheckReport(
                UUID.randomUUID().toString(),
                result.verdict(),
                ProductWords.of(result),
                null,
                null,
                value == null ? null : new ObjectiveReport(value, 0, true),
                null,
                List.of(),
                products.model().names().namings(),
                List.of(),
                null,
                List.of(),
                List.of(),
                List.of(),
                null,
                null,
                List.of(),
                result.products(),
                result.laws(),
                result.sparsity(),
                warnings,
                new Cost(0, 0, result.passes(), (System.nanoTime() - started) / 1_000_000),
                products.settings().with(Coverage.CERTIFIED));
    }
}
