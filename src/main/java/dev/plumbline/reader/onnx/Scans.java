package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import java.util.ArrayList;
import java.util.List;

/** Scan: the body for each row of its last inputs, with states that go from row to row and rows that are collected. */
final class Scans {

    private final ControlFlow flow;
    private final Binding binding;
    private final ProgramBuilder builder;
    private final int opset;

    Scans(ControlFlow flow, Binding binding, ProgramBuilder builder, int opset) {
        this.flow = flow;
        this.binding = binding;
        this.builder = builder;
        this.opset = opset;
    }

    List<Value> apply(OnnxNode node) {
        return opset < 9 ? ofBatches(node) : overAll(node);
    }

    private List<Value> overAll(OnnxNode node) {
        List<Value> inputs = new ArrayList<>();
        for (int i = 0; i < node.inputs().size(); i++) {
            inputs.add(flow.required(node, i));
        }
        return scan(node, inputs);
    }

    /** Opset 8: the first axis of everything is a batch, and the first input may say how long each sequence is. */
    private List<Value> ofBatches(OnnxNode node) {
        Value lengths = flow.input(node, 0);
        List<Value> first = new ArrayList<>();
        int batch = flow.required(node, 1).shape().rank() > 0
                ? flow.required(node, 1).shape().extent(0)
                : 0;
        if (lengths != null) {
            throw Problem.unsupported(
                    node.pointer(), "Scan: sequences of different lengths", "sequence_lens", "none: opset 9 has none");
        }
        List<List<Value>> outputs = new ArrayList<>();
        for (int sample = 0; sample < batch; sample++) {
            first.clear();
            for (int i = 1; i < node.inputs().size(); i++) {
                Value value = flow.required(node, i);
                first.add(new Value(row(node, value, 0, sample), value.type(), value.learned()));
            }
            List<Value> results = scan(node, first);
            for (int k = 0; k < results.size(); k++) {
                if (sample == 0) {
                    outputs.add(new ArrayList<>());
                }
                outputs.get(k).add(results.get(k));
            }
        }
        return outputs.stream().map(rows -> flow.stacked(node, rows, 0, false)).toList();
    }

    private Node row(OnnxNode node, Value value, int axis, int at) {
        if (axis >= value.shape().rank() || at >= value.shape().extent(axis)) {
            throw Problem.invalid(
                    node.pointer(), "Scan: the inputs have different lengths", value.shape(), "equal extents");
        }
        return builder.reshape(builder.slice(value.node(), axis, at, 1, 1), Reshaping.without(value.shape(), axis));
    }

    private List<Value> scan(OnnxNode node, List<Value> inputs) {
        OnnxGraph body = ControlFlow.body(node, "body");
        int scanned = node.attributes().get("num_scan_inputs") instanceof Attribute.Whole count
                ? (int) Math.max(0, Math.min(inputs.size(), count.value()))
                : 0;
        int states = inputs.size() - scanned;
        int rows = body.outputs().size() - states;
        if (scanned < 1 || rows < 0) {
            throw Problem.invalid(
                    node.pointer(), "Scan: inputs and body do not fit", scanned + " scanned", "at least one scanned");
        }
        int[] axes = wholes(node, "scan_input_axes", scanned);
        int[] backwards = wholes(node, opset < 9 ? "directions" : "scan_input_directions", scanned);
        int[] rowAxes = wholes(node, "scan_output_axes", rows);
        int[] rowsBackwards = wholes(node, "scan_output_directions", rows);
        for (int i = 0; i < scanned; i++) {
            axes[i] = ControlFlow.axis(
                    node, axes[i], inputs.get(states + i).shape().rank());
        }
        int rounds = inputs.get(states).shape().extent(axes[0]);
        ControlFlow.requireFewer(node, rounds - 1);
        List<Value> carried = inputs.subList(0, states);
        List<List<Value>> collected = ControlFlow.emptyLists(rows);
        for (int round = 0; round < rounds; round++) {
            List<Value> given = new ArrayList<>(carried);
            for (int i = 0; i < scanned; i++) {
                Value value = inputs.get(states + i);
                int at = backwards[i] == 1 ? value.shape().extent(axes[i]) - 1 - round : round;
                given.add(new Value(row(node, value, axes[i], Math.max(0, at)), value.type(), value.learned()));
            }
            List<Value> results = binding.body(node, body, given);
            carried = results.subList(0, states);
            for (int k = 0; k < rows; k++) {
                collected.get(k).add(results.get(states + k));
            }
        }
        List<Value> outputs = new ArrayList<>(carried);
        for (int k = 0; k < rows; k++) {
            outputs.add(flow.stacked(node, collected.get(k), rowAxes[k], rowsBackwards[k] == 1));
        }
        return outputs;
    }

    private static int[] wholes(OnnxNode node, String attribute, int count) {
        int[] values = new int[count];
        if (node.attributes().get(attribute) instanceof Attribute.Wholes given) {
            if (given.values().size() != count) {
                throw Problem.invalid(
                        node.pointer(),
                        "attribute " + attribute + " is wrong",
                        given.values().size(),
                        count);
            }
            for (int i = 0; i < count; i++) {
                values[i] = (int) given.values().at(i);
            }
        }
        return values;
    }
}
