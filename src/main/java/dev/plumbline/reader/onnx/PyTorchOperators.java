package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Activations;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Pad;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
        table.put("ScatterND", PyTorchOperators::scatterSlices);
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
        boolean intoZeros = call.opset() < 16 && isZeros(call);
        if (intoZeros) {
            call.builder().meaning("torch.scatter_add before opset 16");
        }
        return intoZeros ? Scattering.elements(call, BinaryFunction.ADD) : Scattering.elements(call);
    }

    /**
     * {@code index_put} that accumulates, which is a scatter into zeros without a sum in every opset. Into zeros without
     * accumulating, PyTorch leaves open as well what stays.
     */
    private static List<Value> scatterSlices(Call call) {
        boolean accumulates = isZeros(call) && !call.hasAttribute("reduction") && mayRepeat(call);
        if (accumulates) {
            call.builder().meaning("torch.index_put with accumulate");
        }
        return accumulates ? Scattering.slices(call, BinaryFunction.ADD) : Scattering.slices(call);
    }

    private static boolean isZeros(Call call) {
        Node data = call.in(0);
        return data.isConstant()
                && Arrays.stream(call.builder().constantValue(data).values()).allMatch(each -> each == 0);
    }

    /** Whether two rows of indices may name one place. */
    private static boolean mayRepeat(Call call) {
        Tensor indices = call.known(1);
        if (indices == null
                || indices.shape().rank() == 0
                || Arrays.stream(indices.values()).anyMatch(i -> i < 0)) {
            return true;
        }
        int depth = Math.max(1, indices.shape().extent(-1));
        Set<List<Double>> rows = new HashSet<>();
        for (int at = 0; at < indices.size(); at += depth) {
            if (!rows.add(
                    Arrays.stream(indices.values(), at, at + depth).boxed().toList())) {
                return true;
            }
        }
        return false;
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
