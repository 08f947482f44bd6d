package dev.plumbline.check;

import dev.plumbline.check.GradientCheckReport.BendReport;
import dev.plumbline.check.GradientCheckReport.TensorReport;
import dev.plumbline.check.ProductClaims.Place;
import dev.plumbline.check.ProductReport.LawReport;
import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.difference.Progress.Phase;
import dev.plumbline.compute.judgement.ClaimDatatype;
import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.compute.judgement.Mistakes;
import dev.plumbline.compute.judgement.Setting;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.product.ClaimedProduct.Kind;
import dev.plumbline.compute.product.JudgedProduct;
import dev.plumbline.compute.product.ProductExamination;
import dev.plumbline.compute.product.ProductLaw;
import dev.plumbline.compute.product.ProductLaw.Law;
import dev.plumbline.compute.product.ProductMistake;
import dev.plumbline.compute.product.ProductMistakes;
import dev.plumbline.compute.product.SparsityPattern;
import dev.plumbline.compute.verification.CheckPlan;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.compute.verification.JudgedTensor;
import dev.plumbline.report.DatatypeSetting;
import dev.plumbline.report.PrecisionSetting;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The claimed products of a request, judged one after the other, then held against each other.
 *
 * @param settings resolved
 */
record ProductCheck(ProductModel model, CheckSettings settings, Progress progress) {

    /** @param passes the work, in forward passes */
    record Result(
            Verdict verdict,
            List<ProductReport> products,
            List<LawReport> laws,
            List<JudgedProduct> judged,
            List<SparsityReport> sparsity,
            double passes) {}

    Result of(ProductClaims claims, List<SparsityClaim> sparsity) {
        List<Place> places = claims.places();
        List<Map<String, Datatype>> datatypes = datatypes(places);
        List<JudgedProduct> judged = new ArrayList<>();
        List<CheckPlan> plans = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            progress.at(Phase.REFERENCE, i, places.size(), 0);
            CheckPlan plan = plan(datatypes.get(i));
            plans.add(plan);
            judged.add(new ProductExamination(model.functions(), model.objective(), plan, progress)
                    .of(places.get(i).claim()));
        }
        List<ProductLaw> laws = ProductLaw.of(judged);
        List<ProductReport> reports = new ArrayList<>();
        Map<Kind, Integer> counts = new LinkedHashMap<>();
        Verdict verdict = Verdict.PASS;
        for (int i = 0; i < judged.size(); i++) {
            JudgedProduct product = judged.get(i);
            int index = counts.merge(product.claim().kind(), 1, Integer::sum) - 1;
            ProductMistake mistake =
                    product.verdict() == Verdict.FAIL ? named(product, judged, plans.get(i), index, laws) : null;
            reports.add(report(product, index, mistake));
            verdict = verdict.worse(product.verdict());
        }
        for (ProductLaw law : laws) {
            verdict = law.verdict() == Verdict.FAIL ? Verdict.FAIL : verdict;
        }
        List<SparsityReport> patterns = new ArrayList<>();
        for (SparsityClaim claim : sparsity) {
            SparsityReport report = pattern(claim, patterns.size());
            patterns.add(report);
            verdict = verdict.worse(report.verdict());
        }
        double passes = judged.stream().mapToDouble(JudgedProduct::passes).sum();
        return new Result(verdict, reports, laws.stream().map(LawReport::of).toList(), judged, patterns, passes);
    }

    private SparsityReport pattern(SparsityClaim claim, int place) {
        SparsityPattern pattern = claim.pattern(model, place);
        SparsityPattern.Judged judged = pattern.judged(
                model.functions(),
                Objects.requireNonNull(settings.seed()),
                () -> progress.at(Phase.CERTIFICATE, place, place + 1L, 0));
        return SparsityReport.of(pattern, judged, model.functions());
    }

    private CheckPlan plan(Map<String, Datatype> datatypes) {
        PrecisionSetting stated = settings.precision();
        CheckPlan.Arithmetic arithmetic =
                new CheckPlan.Arithmetic(datatypes, stated == null ? null : stated.precision(), model.holdsFloat32());
        CheckSettings decided = settings.with(Coverage.CERTIFIED, DatatypeSetting.of(datatypes));
        return decided.plan(arithmetic).certifying(arithmetic);
    }

    /** All claims of the request together tell what they were computed in. */
    private List<Map<String, Datatype>> datatypes(List<Place> places) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (int i = 0; i < places.size(); i++) {
            String prefix = i + "/";
            places.get(i).product().forEach((name, claim) -> all.put(prefix + name, claim));
        }
        Map<String, Datatype> found = ClaimDatatype.byTensor(all);
        List<Map<String, Datatype>> datatypes = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            Map<String, Datatype> own = new LinkedHashMap<>();
            for (String name : places.get(i).product().keySet()) {
                own.put(name, Objects.requireNonNull(found.get(i + "/" + name)));
            }
            DatatypeSetting stated = settings.claimDatatype();
            datatypes.add(stated == null ? own : stated.over(own));
        }
        return datatypes;
    }

    private @Nullable ProductMistake named(
            JudgedProduct product, List<JudgedProduct> all, CheckPlan plan, int index, List<ProductLaw> laws) {
        ProductMistake mistake = settings.explainSeconds() == 0
                ? null
                : new ProductMistakes(
                                model.functions(),
                                model.objective(),
                                plan,
                                () -> progress.at(Phase.EXPLANATION, index, all.size(), 0))
                        .of(product, all);
        return mistake != null || product.claim().kind() != Kind.HESSIAN_VECTOR
                ? mistake
                : laws.stream()
                        .filter(law -> law.law() == Law.SYMMETRY
                                && law.verdict() == Verdict.FAIL
                                && (law.first() == index || law.second() == index))
                        .findFirst()
                        .map(law -> ProductMistake.asymmetric(law.first() == index ? law.second() : law.first()))
                        .orElse(null);
    }

    private ProductReport report(JudgedProduct product, int index, @Nullable ProductMistake mistake) {
        Map<String, Mistake> mistakes = mistake != null
                ? Map.of() // which says it better
                : Mistakes.name(
                        product.tensors().stream().map(JudgedTensor::comparison).toList(), Map.of(), Setting.UNKNOWN);
        return new ProductReport(
                product.claim().kind(),
                index,
                product.verdict(),
                ProductWords.of(product, index, mistake, mistakes),
                mistake,
                product.tensors().stream()
                        .map(tensor -> TensorReport.of(tensor, mistakes.get(tensor.name()), null))
                        .toList(),
                BendReport.of(product.bends(), null));
    }
}
