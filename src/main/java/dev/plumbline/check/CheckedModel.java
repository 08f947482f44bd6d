package dev.plumbline.check;

import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Model;
import dev.plumbline.reader.Names;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.reader.ParameterNames;
import dev.plumbline.reader.SharedWeights;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
                byParameter(request),
                afford);
        Batch batch = new Batch(request.dataOrNone(), data -> reader(request, model, data, alone)
                .within(bytes));
        ObjectiveReader reader = batch.reader().apply(batch.data());
        return new CheckedModel(model, byData(reader.read(afford), request), reader.names(), batch);
    }

    private static ObjectiveReader reader(
            GradientCheckRequest request, Model model, Map<String, Tensor> data, Set<String> alone) {
        return new ObjectiveReader(
                model, request.lossOrNone(), request.parametersOrNone(), data, byParameter(request), alone);
    }

    /** The claims that do not name data. */
    static Map<String, Tensor> byParameter(GradientCheckRequest request) {
        Map<String, Tensor> claims = new LinkedHashMap<>(request.claimsOrNone());
        claims.keySet().removeAll(request.dataOrNone().keySet());
        return claims;
    }

    /** Data that a gradient is claimed by are differentiated by; indices cannot be. */
    private static Objective byData(Objective objective, GradientCheckRequest request) {
        Set<String> data = new LinkedHashSet<>(request.claimsOrNone().keySet());
        data.retainAll(objective.program().data().keySet());
        for (String name : data) {
            if (objective.program().indices().containsKey(name)) {
                throw Problem.invalid(
                        Problem.pointer("gradients", name),
                        "there is no gradient by data that only serve as indices",
                        name,
                        "a parameter, or other data");
            }
        }
        return data.isEmpty() ? objective : objective.differentiatedBy(data);
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
