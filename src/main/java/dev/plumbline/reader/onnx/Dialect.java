package dev.plumbline.reader.onnx;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import onnx.Onnx.ModelProto;

/**
 * What the operators of a file mean: those of an opset, as the framework computes them that the file is of. PyTorch exports
 * some of its functions as operators that differ from them by little: too little to see in a picture, enough to see in a
 * float64 gradient.
 *
 * @param ofPyTorch whether PyTorch wrote the file
 */
record Dialect(int opset, boolean ofPyTorch) {

    private static final Map<String, Operator> PYTORCH = pyTorch();

    static Dialect of(ModelProto model) {
        return new Dialect(
                ModelReader.opset(model), model.getProducerName().trim().equalsIgnoreCase("pytorch"));
    }

    private static Map<String, Operator> pyTorch() {
        Map<String, Operator> table = new TreeMap<>();
        PyTorchOperators.addTo(table);
        return table;
    }

    /** An operator that is known ({@link GraphCheck}). */
    Operator operator(OnnxNode node) {
        Operator own = ofPyTorch ? PYTORCH.get(node.fullName()) : null;
        return own != null ? own : Objects.requireNonNull(Operators.find(node));
    }
}
