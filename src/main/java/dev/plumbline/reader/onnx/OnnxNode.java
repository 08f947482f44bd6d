package dev.plumbline.reader.onnx;

import dev.plumbline.problem.Problem;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One node of a file's graph.
 *
 * @param name may be empty and need not be unique
 * @param position among the nodes of its graph, from 0
 * @param domain {@code ai.onnx} for ONNX's own operators
 * @param inputs the names of the values that it reads; an empty one is an optional input left out
 */
record OnnxNode(
        String name,
        int position,
        String operator,
        String domain,
        List<String> inputs,
        List<String> outputs,
        Map<String, Attribute> attributes) {

    OnnxNode {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }

    /** What it is called in messages and reports. */
    String label() {
        return name.isEmpty() ? operator + "_" + position : name;
    }

    /** The operator's name, behind its domain where that is not ONNX's own. */
    String fullName() {
        return domain.equals(ModelReader.OWN_DOMAIN) ? operator : domain + "." + operator;
    }

    String pointer() {
        return Problem.pointer("node", name.isEmpty() ? position : name);
    }
}
