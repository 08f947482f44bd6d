package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Activations;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Pad;
import java.util.Arrays;
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
        table.put("Concat", PyTorchOperators::concat);
        table.put("ScatterElements", PyTorchOperators::scatter);
        table.put("AveragePool", PyTorchOperators::averagePool);
    }

    private static List<Value> power(Call call) {
        Node distance = ExportedDistance.norm(call.builder(), call.in(0), call.in(1));
        return distance == null ? Arithmetic.power(call) : call.result(distance);
    }

    private static List<Value> concat(Call call) {
        Node padded = CircularPadding.padded(call.builder(), call);
        return padded == null ? Slicing.concat(call) : call.result(padded);
    }

    /**
     * {@code scatter_add} before opset 16, which has no sum: it is written as a scatter into zeros, that are added. Where an
     * index comes twice, a scatter leaves open what stays.
     */
    private static List<Value> scatter(Call call) {
        Node data = call.in(0);
        boolean intoZeros = call.opset() < 16
                && data.isConstant()
                && Arrays.stream(call.builder().constantValue(data).values()).allMatch(each -> each == 0);
        if (intoZeros) {
            call.builder().meaning("torch.scatter_add before opset 16");
        }
        return intoZeros ? Scattering.elements(call, BinaryFunction.ADD) : Scattering.elements(call);
    }

    /**
     * A pool with a ceiling comes behind a padding of its own, and in the file its last window may begin in what it takes for
     * data. PyTorch has no such windows.
     */
    private static List<Value> averagePool(Call call) {
        Node x = call.in(0);
        Windows windows = Windows.of(call, null).withCeil(call.flag("ceil_mode", false));
        boolean countPadding = call.flag("count_include_pad", false);
        while (windows.ceil() && x.op() instanceof Pad pad && pad.fill() == 0 && pad.isSpatial()) { // one for each axis
            call.builder().meaning("torch.nn.functional.avg_pool with ceil_mode and padding");
            x = x.inputs().get(0);
            windows = windows.paddedBy(pad);
            countPadding = true;
        }
        return Pools.average(call, x, windows, countPadding);
    }
}
