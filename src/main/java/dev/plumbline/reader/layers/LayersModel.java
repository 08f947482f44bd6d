package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Spelling;
import dev.plumbline.reader.Asked;
import dev.plumbline.reader.Model;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A network as a list of layers, each fed by the one before or by the {@code inputs} that it names: {@code [{"type":
 * "dense", "units": 4, "activation": "sigmoid"}, ...]}. It reads the data tensor {@code x} (batch, ...) and gives the output
 * {@code out}, that of the last layer; what a named layer computes and no other reads is an output under its name.
 *
 * <p>Parameters are named as in PyTorch's modules, {@code <place>.weight} and {@code <place>.bias} mostly, places counted
 * from 0, so that a list with its activations written as layers has the names of PyTorch's {@code nn.Sequential}; a layer
 * with a {@code name} uses that in place of the number. Layouts are PyTorch's: (out, in), channels first. Values that the
 * request does not give are drawn from the seed: see {@link Initializer}.
 *
 * <p>With {@code input}, layers are made for that shape, and data of another one is refused by the first layer that it does
 * not fit; without, they are made for the data. So a stated 1 x 28 x 28 network refuses 3 x 32 x 32 images at its first
 * convolution, and 1 x 32 x 32 ones at the dense layer behind its flatten.
 */
public final class LayersModel implements Model {

    private static final String INPUT = "x";
    private static final int MOST_LAYERS = 10_000;

    private record Entry(String type, String name, Layer layer, Wiring wiring, Ties ties, Attributes attributes) {}

    private final List<Entry> entries;
    private final @Nullable Shape input;
    private final long seed;

    private LayersModel(List<Entry> entries, @Nullable Shape input, long seed) {
        this.entries = entries;
        this.input = input;
        this.seed = seed;
    }

    /**
     * Reads the layers as far as that needs no shapes.
     *
     * @param layers attributes by name, as JSON gives them: text, numbers, booleans, lists, maps
     * @param input the shape of one sample, without the batch
     */
    public static LayersModel read(List<Map<String, Object>> layers, @Nullable List<Integer> input, long seed) {
        if (layers.isEmpty() || layers.size() > MOST_LAYERS) {
            throw Problem.invalid(
                    "/layers", "a network has layers", layers.size() + " layers", "1 to " + MOST_LAYERS + " layers");
        }
        List<Entry> entries = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < layers.size(); i++) {
            if (layers.get(i) == null) {
                throw Problem.invalid(Problem.pointer("layers", i), "there is no layer here", "null", "an object");
            }
            Entry entry = entry(i, new Attributes(Problem.pointer("layers", i), layers.get(i)));
            if (!names.add(entry.name())) {
                throw Problem.invalid(
                        entry.attributes().pointer("name"), "two layers have this name", entry.name(), "another name");
            }
            entries.add(entry);
        }
        return new LayersModel(entries, input == null ? null : sample(input), seed);
    }

    private static Entry entry(int place, Attributes attributes) {
        String type = attributes.text("type");
        String name = attributes.has("name") ? attributes.text("name") : String.valueOf(place);
        Ties ties = Ties.of(attributes);
        attributes.has("inputs");
        Layer layer = LayerKinds.read(type, attributes);
        return new Entry(type, name, layer, Wiring.of(attributes, layer), ties, attributes);
    }

    private static Shape sample(List<Integer> input) {
        long[] extents = input.stream().mapToLong(Integer::longValue).toArray();
        if (!Shape.fits(extents) || input.contains(0)) {
            throw Problem.invalid(
                    "/input", "no sample has this shape", input, "extents from 1, without the batch: [1, 28, 28]");
        }
        return Shape.of(input.stream().mapToInt(Integer::intValue).toArray());
    }

    @Override
    public void appendTo(ProgramBuilder b, Asked asked) {
        Map<String, Shape> data = asked.data();
        Shape x = input(data);
        List<List<Shape>> made = made(new ProgramBuilder(), x, data);
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Node> values = new LinkedHashMap<>();
        values.put(INPUT, b.data(INPUT, x));
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            Weights weights = new Weights(entry.name(), entry.ties(), made.get(i), asked.parameters(), random, true);
            Node result = append(b, i, inputs(b, i, values, data), weights);
            values.put(entry.name(), result);
            b.named(entry.name(), result);
        }
        b.at("");
        outputs(values).forEach(b::output);
    }

    private Shape input(Map<String, Shape> data) {
        Shape x = data.get(INPUT);
        if (x == null || x.rank() == 0) {
            throw Problem.invalid(
                    "/data/" + INPUT,
                    "the network reads its input under this name",
                    x == null ? "data " + data.keySet() : "a number",
                    "a tensor (batch, "
                            + (input == null ? "..." : input.toString().replaceAll("[\\[\\]]", "")) + ")");
        }
        return x;
    }

    @Override
    public Set<String> parameterNames(Asked asked) {
        ProgramBuilder scratch = new ProgramBuilder();
        made(scratch, input(asked.data()), asked.data());
        return scratch.parameters().keySet();
    }

    /** What the last layer gives, {@code out}, and what named layers give that nothing reads. */
    private Map<String, Node> outputs(Map<String, Node> values) {
        Set<String> read = new HashSet<>();
        for (int i = 0; i < entries.size(); i++) {
            read.addAll(entries.get(i).wiring().names(before(i)));
        }
        Map<String, Node> outputs = new LinkedHashMap<>();
        Entry last = entries.get(entries.size() - 1);
        for (Entry entry : entries) {
            if (entry != last && entry.attributes().has("name") && !read.contains(entry.name())) {
                outputs.put(entry.name(), value(values, entry.name()));
            }
        }
        outputs.put("out", value(values, last.name()));
        return outputs;
    }

    private static Node value(Map<String, Node> values, String name) {
        return Objects.requireNonNull(values.get(name));
    }

    private String before(int place) {
        return place == 0 ? INPUT : entries.get(place - 1).name();
    }

    /** The shapes of the samples before each layer, in the network as it was meant to be. */
    private List<List<Shape>> made(ProgramBuilder scratch, Shape x, Map<String, Shape> data) {
        Map<String, Node> values = new LinkedHashMap<>();
        values.put(INPUT, scratch.data(INPUT, input == null ? x : input.prepend(x.extent(0))));
        List<List<Shape>> shapes = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            List<Node> inputs = inputs(scratch, i, values, data);
            List<Shape> samples = inputs.stream().map(LayersModel::sample).toList();
            shapes.add(samples);
            Weights weights =
                    new Weights(entry.name(), entry.ties(), samples, Map.of(), new SplittableRandom(0), false);
            values.put(entry.name(), append(scratch, i, inputs, weights));
        }
        return shapes;
    }

    private static Shape sample(Node node) {
        int[] extents = node.shape().extents();
        return Shape.of(extents.length == 0 ? extents : Arrays.copyOfRange(extents, 1, extents.length));
    }

    private List<Node> inputs(ProgramBuilder b, int place, Map<String, Node> values, Map<String, Shape> data) {
        Wiring wiring = entries.get(place).wiring();
        List<String> names = wiring.names(before(place));
        List<Node> inputs = new ArrayList<>();
        for (int k = 0; k < names.size(); k++) {
            String name = names.get(k);
            Node node = values.get(name);
            Shape given = data.get(name);
            if (node == null && given == null) {
                Set<String> known = new LinkedHashSet<>(values.keySet());
                known.addAll(data.keySet());
                throw Problem.invalid(
                        wiring.pointer(k),
                        "no earlier layer and no data have this name" + Spelling.hint(name, known),
                        name,
                        "one of " + Spelling.list(known));
            }
            inputs.add(node != null ? node : b.data(name, Objects.requireNonNull(given)));
        }
        return inputs;
    }

    private Node append(ProgramBuilder b, int place, List<Node> inputs, Weights weights) {
        Entry entry = entries.get(place);
        try {
            return entry.layer().append(b.at(entry.name() + "." + entry.type()), inputs, weights);
        } catch (Problem problem) {
            throw placed(place, problem);
        } catch (ArithmeticException overflow) {
            String got = "extents whose product is beyond 2^31 - 1";
            Problem tooLarge = Problem.limit(
                    "", "a tensor of this layer is too large", got, "at most " + Integer.MAX_VALUE + " numbers");
            tooLarge.initCause(overflow);
            throw placed(place, tooLarge);
        }
    }

    /** What is too large is so by the largest size that the layer states. */
    private Problem placed(int place, Problem problem) {
        Entry entry = entries.get(place);
        String layer = "layer %d (%s): ".formatted(place, entry.type());
        boolean elsewhere = problem.pointer().startsWith("/parameters/");
        boolean attribute = problem.pointer().startsWith("/layers/");
        String pointer = elsewhere || attribute
                ? problem.pointer()
                : problem.code() == Problem.Code.LIMIT
                        ? entry.attributes().largest()
                        : Problem.pointer("layers", place);
        Problem placed =
                new Problem(problem.code(), pointer, layer + problem.explanation(), problem.got(), problem.expected());
        placed.initCause(problem);
        return placed;
    }
}
