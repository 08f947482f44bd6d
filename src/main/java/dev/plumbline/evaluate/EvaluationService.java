package dev.plumbline.evaluate;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Program;
import dev.plumbline.limits.Limits;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
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
        ObjectiveReader reader = new ObjectiveReader(
                        request.requiredModel().read(limits.bytes()),
                        loss,
                        request.parametersOrNone(),
                        request.dataOrNone())
                .within(limits.bytes());
        Program program = reader.readOutputs(this::afford);
        Evaluation evaluation = reader.evaluate(program);
        Map<String, Tensor> outputs = new LinkedHashMap<>(evaluation.outputs());
        Tensor value = outputs.remove(ObjectiveReader.OBJECTIVE);
        return new EvaluationReport(outputs, value == null ? null : value.item());
    }

    private void afford(Program program) {
        limits.requireBytes(2 * program.bytes());
        limits.requireFloatingPointOperations(program.cost());
    }
}
