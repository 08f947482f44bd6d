package dev.plumbline.check;

import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.reader.Model;
import dev.plumbline.reader.Names;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.reader.ParameterNames;
import dev.plumbline.reader.SharedWeights;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The model of a request with its loss at its point.
 *
 * @param names how the names of the request were understood
 * @param batch its samples, which it can be asked to take by halves
 */
record CheckedModel(Model model, Objective objective, Names names, Batch batch) {

    /**
     * @param bytes of memory, at most
     * @param afford sees each program before it is evaluated, and refuses what is too dear
     */
    static CheckedModel read(GradientCheckRequest request, double bytes, Consumer<Program> afford) {
        Model model = request.requiredModel().read(bytes);
        Set<String> alone = SharedWeights.alone(
                these -> reader(request, model, request.dataOrNone(), these).within(bytes),
                request.claimsOrNone(),
                afford);
        Batch batch = new Batch(request.dataOrNone(), data -> reader(request, model, data, alone)
                .within(bytes));
        ObjectiveReader reader = batch.reader().apply(batch.data());
        return new CheckedModel(model, reader.read(afford), reader.names(), batch);
    }

    private static ObjectiveReader reader(
            GradientCheckRequest request, Model model, Map<String, Tensor> data, Set<String> alone) {
        return new ObjectiveReader(
                model, request.lossOrNone(), request.parametersOrNone(), data, request.claimsOrNone(), alone);
    }

    boolean holdsFloat32() {
        return model.holdsFloat32();
    }

    /** What names of parameters mean beside the claims. */
    ParameterNames parameterNames() {
        return new ParameterNames(program().parameters().keySet(), names);
    }

    Program program() {
        return objective.program();
    }
}
