package dev.plumbline.reader.onnx;

import dev.plumbline.reader.Model;
import dev.plumbline.reader.Variation;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * What a file would be, had the module been in the other mode, or had the exporter not made a mistake that it is known for.
 */
final class OtherModes {

    private static final String BATCH_NORMALIZATION = "BatchNormalization";
    private static final String SOFTPLUS = "Softplus";

    /** The first opset in which a batch normalization says its mode. */
    private static final int SAYS_MODE = 14;

    /** What people give Softplus; any other beta cannot be told from one loss. */
    private static final double[] BETAS = {2, 0.5, 5, 10, 100};

    private OtherModes() {}

    /** The models that can be tried. */
    static List<Variation> of(OnnxGraph graph, int opset, Function<OnnxGraph, Model> models) {
        List<Variation> variations = new ArrayList<>();
        for (boolean training : new boolean[] {true, false}) {
            boolean isOther = graph.nodes().stream()
                    .anyMatch(
                            node -> node.operator().equals(BATCH_NORMALIZATION) && isTraining(node, opset) != training);
            if (isOther) {
                variations.add(new Variation(
                        training
                                ? "With its batch normalizations by the batch, as in model.train(), it is yours: call model.eval() before the gradients, or export with training=torch.onnx.TrainingMode.TRAINING."
                                : "With its batch normalizations by the running statistics, as in model.eval(), it is yours: call model.train() before the gradients, or export after model.eval() with training=torch.onnx.TrainingMode.PRESERVE.",
                        models.apply(withBatchNormalizations(graph, opset, training))));
            }
        }
        if (graph.nodes().stream().anyMatch(node -> node.operator().equals(SOFTPLUS))) {
            for (double beta : BETAS) {
                variations.add(new Variation(
                        String.format(
                                Locale.ROOT,
                                "With Softplus of beta %s it is yours: the export left beta out. Write F.softplus(beta * x) / beta in the module.",
                                beta == Math.rint(beta) ? String.valueOf((int) beta) : String.valueOf(beta)),
                        models.apply(withSoftplus(graph, beta))));
            }
        }
        return variations;
    }

    private static boolean isTraining(OnnxNode node, int opset) {
        return opset >= SAYS_MODE
                ? node.attributes().get("training_mode") instanceof Attribute.Whole mode && mode.value() == 1
                : node.outputs().size() > 1;
    }

    private static OnnxGraph withBatchNormalizations(OnnxGraph graph, int opset, boolean training) {
        List<OnnxNode> nodes = new ArrayList<>();
        for (OnnxNode node : graph.nodes()) {
            nodes.add(node.operator().equals(BATCH_NORMALIZATION) ? inMode(node, opset, training) : node);
        }
        return new OnnxGraph(graph.inputs(), graph.initializers(), nodes, graph.outputs());
    }

    private static OnnxNode inMode(OnnxNode node, int opset, boolean training) {
        Map<String, Attribute> attributes = new LinkedHashMap<>(node.attributes());
        List<String> outputs = node.outputs();
        if (opset >= SAYS_MODE) {
            attributes.put("training_mode", new Attribute.Whole(training ? 1 : 0));
        } else if (training != isTraining(node, opset)) {
            outputs = training
                    ? List.of(node.outputs().get(0), "")
                    : List.of(node.outputs().get(0));
        }
        return new OnnxNode(
                node.name(), node.position(), node.operator(), node.domain(), node.inputs(), outputs, attributes);
    }

    /** {@code log(1 + exp(beta x)) / beta}. */
    private static OnnxGraph withSoftplus(OnnxGraph graph, double beta) {
        String name = "beta of every Softplus";
        Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
        initializers.put(name, Tensor.of(Shape.SCALAR, Datatype.FP32, new double[] {beta}));
        List<OnnxNode> nodes = new ArrayList<>();
        for (OnnxNode node : graph.nodes()) {
            if (!node.operator().equals(SOFTPLUS)) {
                nodes.add(node);
                continue;
            }
            String scaled = node.label() + " scaled";
            String curved = node.label() + " curved";
            String given = node.inputs().get(0);
            nodes.add(like(node, "Mul", List.of(given, name), scaled));
            nodes.add(like(node, SOFTPLUS, List.of(scaled), curved));
            nodes.add(like(node, "Div", List.of(curved, name), node.outputs().get(0)));
        }
        return new OnnxGraph(graph.inputs(), initializers, nodes, graph.outputs());
    }

    private static OnnxNode like(OnnxNode node, String operator, List<String> inputs, String output) {
        return new OnnxNode(node.name(), node.position(), operator, node.domain(), inputs, List.of(output), Map.of());
    }

    /** What cannot be tried, but is known to make files differ from their modules. */
    static List<String> unknown(OnnxGraph graph, Roles roles, int opset) {
        List<String> causes = new ArrayList<>();
        if (has(graph, "Dropout")) {
            causes.add(
                    "The file has a Dropout that is off; in model.train() it is random, and no gradient can be checked: call model.eval(), or set p=0.");
        }
        boolean folded = Slots.of(graph, roles).byName().values().stream()
                .anyMatch(slot -> slot.isMadeUp() && slot.isReadBy("Conv", "ConvTranspose"));
        if (folded) {
            causes.add(
                    "The export multiplied batch normalizations into convolutions: in model.train() the module normalizes by the batch instead. Export with training=torch.onnx.TrainingMode.PRESERVE.");
        }
        if (has(graph, "SoftmaxCrossEntropyLoss") || has(graph, "NegativeLogLikelihoodLoss")) {
            causes.add(
                    "Label smoothing is left out, or counts ignored targets, where an exporter writes it beside ignore_index: compute the loss outside of the file.");
        }
        if (opset < 13 && has(graph, "Split") && has(graph, "Expand") && has(graph, "Concat")) {
            causes.add(
                    "repeat_interleave is exported wrongly by some versions at opset 11 and 12: export with opset_version=13 or later.");
        }
        if (causes.isEmpty()) {
            causes.add(
                    "Perhaps the weights moved between the export and the gradients, or the batch is another one: /v1/evaluations shows outputs to compare.");
        }
        return causes;
    }

    private static boolean has(OnnxGraph graph, String operator) {
        return graph.nodes().stream().anyMatch(node -> node.operator().equals(operator));
    }
}
