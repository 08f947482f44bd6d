package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Activations;
import dev.plumbline.compute.program.Node;
import java.util.List;
import java.util.Map;

/** What PyTorch computes where its files name an operator that is not quite that. */
final class PyTorchOperators {

    /** {@code torch.nn.Softplus}'s, by the operator's own input: an export scales that by beta before. */
    private static final double SOFTPLUS_THRESHOLD = 20;

    private PyTorchOperators() {}

    static void addTo(Map<String, Operator> table) {
        table.put(
                "Softplus", Call.one(call -> Activations.softplus(call.builder(), call.in(0), 1, SOFTPLUS_THRESHOLD)));
        table.put("Pow", PyTorchOperators::power);
    }

    private static List<Value> power(Call call) {
        Node distance = ExportedDistance.norm(call.builder(), call.in(0), call.in(1));
        return distance == null ? Arithmetic.power(call) : call.result(distance);
    }
}
