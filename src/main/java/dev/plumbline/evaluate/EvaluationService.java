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
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Reads a model, evaluates it once, and says what came out. */
@Service
class EvaluationService {

    private final Limits limits;

    EvaluationService(Limits limits) {
        this.limits = limits;
    }

    EvaluationReport evaluate(EvaluationRequest request) {
        limits.requireTensors(
                request.parametersOrNone().size() + request.dataOrNone().size());
        LossSource loss = request.loss() == null ? LossSource.NONE : request.loss();
        Model model = request.requiredModel().read(limits.bytes());
        ObjectiveReader reader = reader(request, model, loss);
        Program program = reader.readOutputs(this::afford);
        Evaluation evaluation = reader.evaluate(program);
        Map<String, Tensor> outputs = new LinkedHashMap<>(evaluation.outputs());
        Tensor value = outputs.remove(ObjectiveReader.OBJECTIVE);
        return new EvaluationReport(outputs, value == null ? null : value.item(), anotherModel(request, model, loss));
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
