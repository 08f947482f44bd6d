package dev.plumbline.evaluate;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Program;
import dev.plumbline.limits.Limits;
import dev.plumbline.reader.AnotherModel;
import dev.plumbline.reader.Expected;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.Model;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.reader.SameModel;
import dev.plumbline.report.ReportFilter;
import dev.plumbline.report.figure.Numbers;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Reads a model, evaluates it once, and says what came out. */
@Service
class EvaluationService {

    private final Limits limits;
    private final KeptEvaluations kept;

    EvaluationService(Limits limits, KeptEvaluations kept) {
        this.limits = limits;
        this.kept = kept;
    }

    /** Evaluates, and keeps the short of it for the key that asked. */
    EvaluationReport evaluate(String owner, EvaluationRequest request) {
        EvaluationReport report = evaluate(request);
        kept.keep(owner, EvaluationSummary.of(report, request.expected() != null));
        return report;
    }

    private EvaluationReport evaluate(EvaluationRequest request) {
        String label = ReportFilter.label(request.label());
        limits.requireTensors(
                request.parametersOrNone().size() + request.dataOrNone().size());
        LossSource loss = request.loss() == null ? LossSource.NONE : request.loss();
        Model model = request.requiredModel().read(limits.bytes());
        ObjectiveReader reader = reader(request, model, loss);
        Program program = reader.readOutputs(this::afford);
        Evaluation evaluation = reader.evaluate(program);
        Map<String, Tensor> outputs = new LinkedHashMap<>(evaluation.outputs());
        Tensor value = outputs.remove(ObjectiveReader.OBJECTIVE);
        Double lossValue = value == null ? null : (Double) value.item();
        String another = anotherModel(request, model, loss);
        String summary = another != null ? another : summary(lossValue, outputs.size(), request.expected() != null);
        return new EvaluationReport(UUID.randomUUID().toString(), label, summary, outputs, lossValue, another);
    }

    private static String summary(@Nullable Double loss, int outputs, boolean isExpected) {
        String what = loss == null ? Numbers.count(outputs, "output", "outputs") : "the loss is " + Numbers.of(loss, 6);
        return isExpected
                ? "As expected: " + what + "."
                : what.substring(0, 1).toUpperCase(Locale.ROOT) + what.substring(1) + ".";
    }

    private @Nullable String anotherModel(EvaluationRequest request, Model model, LossSource loss) {
        Expected expected = request.expected();
        if (expected == null) {
            return null;
        }
        SameModel same = new SameModel((other, its) -> reader(request, other, its), loss, expected.datatype(), null);
        AnotherModel another = same.differs(model, expected, this::afford);
        return another == null ? null : another.words();
    }

    private ObjectiveReader reader(EvaluationRequest request, Model model, LossSource loss) {
        return new ObjectiveReader(model, loss, request.parametersOrNone(), request.dataOrNone())
                .within(limits.bytes());
    }

    private void afford(Program program) {
        limits.requireBytes(2 * program.bytes());
        limits.requireSeconds(program.seconds());
    }
}
