package dev.plumbline.reader.onnx;

import dev.plumbline.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A graph of a file: the model's own, or the body of a branch. */
record OnnxGraph(
        List<OnnxInput> inputs, Map<String, Tensor> initializers, List<OnnxNode> nodes, List<OnnxInput> outputs) {

    OnnxGraph {
        inputs = List.copyOf(inputs);
        initializers = Collections.unmodifiableMap(new LinkedHashMap<>(initializers));
        nodes = List.copyOf(nodes);
        outputs = List.copyOf(outputs);
    }

    /** Every name that a node, its branches included, or an output reads. */
    static Set<String> reads(OnnxNode node) {
        Set<String> names = new LinkedHashSet<>(node.inputs());
        for (Attribute attribute : node.attributes().values()) {
            if (attribute instanceof Attribute.Subgraph branch) {
                branch.graph().nodes().forEach(inner -> names.addAll(reads(inner)));
                branch.graph().outputs().forEach(output -> names.add(output.name()));
            }
        }
        if (node.operator().equals("Gradient") && node.attributes().get("y") instanceof Attribute.Text y) {
            names.add(y.value()); // named by an attribute
        }
        names.remove("");
        return names;
    }
}
