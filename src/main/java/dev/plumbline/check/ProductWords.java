package dev.plumbline.check;

import dev.plumbline.check.ProductReport.LawReport;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.MistakeWords;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.product.ClaimedProduct.Kind;
import dev.plumbline.compute.product.JudgedProduct;
import dev.plumbline.compute.product.ProductLaw.Law;
import dev.plumbline.compute.product.ProductMistake;
import dev.plumbline.compute.verification.JudgedTensor;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Claimed products in plain sentences. */
final class ProductWords {

    private static final int TOLD = 3;

    private ProductWords() {}

    /** One product, the {@code index}-th of its list. */
    static String of(
            JudgedProduct product, int index, @Nullable ProductMistake mistake, Map<String, Mistake> mistakes) {
        String what = title(product.claim().kind(), index);
        return switch (product.verdict()) {
            case PASS -> "%s agrees with the reference.".formatted(what);
            case KINK -> "%s is one of those that meet at a bend, in %s.".formatted(what, names(product, Verdict.KINK));
            case INCONCLUSIVE ->
                product.saysNothing()
                        ? "%s is no larger than its rounding: agreement says nothing, and another direction would."
                                .formatted(what)
                        : "%s can be neither confirmed nor refuted in %s; the entries say why."
                                .formatted(what, names(product, Verdict.INCONCLUSIVE));
            case FAIL ->
                "%s is wrong in %s%s"
                        .formatted(
                                what,
                                names(product, Verdict.FAIL),
                                mistake != null
                                        ? ". " + mistake.advice()
                                        : mistakes.isEmpty() ? "." : ": " + MistakeWords.of(mistakes) + ".");
        };
    }

    private static String title(Kind kind, int index) {
        return switch (kind) {
            case VECTOR_JACOBIAN -> "The vector-Jacobian product [%d]".formatted(index);
            case JACOBIAN_VECTOR -> "The Jacobian-vector product [%d]".formatted(index);
            case HESSIAN_VECTOR -> "The Hessian-vector product [%d]".formatted(index);
        };
    }

    private static String names(JudgedProduct product, Verdict verdict) {
        return product.tensors().stream()
                .filter(tensor -> tensor.verdict() == verdict)
                .map(JudgedTensor::name)
                .collect(Collectors.joining(", "));
    }

    /** All of a request, behind what is said of its gradients. */
    static String of(ProductCheck.Result result) {
        List<ProductReport> bad = result.products().stream()
                .filter(product -> product.verdict() != Verdict.PASS)
                .toList();
        List<LawReport> broken = result.laws().stream()
                .filter(law -> law.verdict() == Verdict.FAIL)
                .toList();
        int count = result.products().size();
        String products = count == 0
                ? ""
                : bad.isEmpty()
                        ? "%s with the reference."
                                .formatted(count == 1 ? "The product agrees" : "All %d products agree".formatted(count))
                        : bad.stream()
                                        .sorted((a, c) -> c.verdict().compareTo(a.verdict()))
                                        .limit(TOLD)
                                        .map(ProductReport::summary)
                                        .collect(Collectors.joining(" "))
                                + (bad.size() > TOLD ? " And %d more.".formatted(bad.size() - TOLD) : "");
        String laws = broken.isEmpty()
                ? ""
                : " "
                        + (broken.get(0).law() == Law.DOT_TEST
                                ? "The dot test fails: "
                                : "The Hessian is not symmetric: ")
                        + broken.get(0).detail() + ".";
        String patterns = result.sparsity().stream()
                .filter(pattern -> pattern.verdict() != Verdict.PASS)
                .limit(TOLD)
                .map(pattern -> " " + pattern.summary())
                .collect(Collectors.joining());
        boolean allHold = patterns.isEmpty() && !result.sparsity().isEmpty();
        return (products + laws + (allHold ? " The sparsity patterns hold." : patterns)).strip();
    }
}
