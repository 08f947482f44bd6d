package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Asked;
import dev.plumbline.reader.Model;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A network as a list of layers, each fed by the one before: {@code [{"type": "dense", "units": 4, "activation":
 * "sigmoid"}, ...]}. It reads the data tensor {@code x} (batch, ...) and gives the output {@code out}.
 *
 * <p>Parameters are named {@code <place>.weight} and {@code <place>.bias}, places counted from 0, so that a list with its
 * activations written as layers has the names of PyTorch's {@code nn.Sequential}; a layer with a {@code name} uses that in
 * place of the number. Layouts are PyTorch's: (out, in), channels first. Values that the request does not give are drawn
 * from the seed: see {@link Initializer}.
 *
 * <p>With {@code input}, layers are made for that shape, and data of another one is refused by the first layer that it does
 * not fit; without, they are made for the data. So a stated 1 x 28 x 28 network refuses 3 x 32 x 32 images at its first
 * convolution, and 1 x 32 x 32 ones at the dense layer behind its flatten.
 */
public final class LayersModel implements Model {

    private static final String INPUT = "x";
    private static final int MOST_LAYERS = 10_000;

    private record Entry(String type, String name, Layer layer, Attributes attributes) {}

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
            Attributes attributes = new Attributes(Problem.pointer("layers", i), layers.get(i));
            String type = attributes.text("type");
            String name = attributes.has("name") ? attributes.text("name") : String.valueOf(i);
            if (!names.add(name)) {
                throw Problem.invalid(attributes.pointer("name"), "two layers have this name", name, "another name");
            }
            entries.add(new Entry(type, name, LayerKinds.read(type, attributes), attributes));
        }
        return new LayersModel(entries, input == null ? null : sample(input), seed);
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
        Map<String, Shape> parameters = asked.parameters();
        Map<String, Shape> data = asked.data();
        Shape x = data.get(INPUT);
        if (x == null || x.rank() == 0) {
            throw Problem.invalid(
                    "/data/" + INPUT,
                    "the network reads its input under this name",
                    x == null ? "data " + data.keySet() : "a number",
                    "a tensor (batch, "
                            + (input == null ? "..." : input.toString().replaceAll("[\\[\\]]", "")) + ")");
        }
        List<Shape> made = made(x);
        SplittableRandom random = new SplittableRandom(seed);
        Node node = b.data(INPUT, x);
        for (int i = 0; i < entries.size(); i++) {
            Weights weights = new Weights(entries.get(i).name(), made.get(i), parameters, random, true);
            node = append(b, i, node, weights);
        }
        b.at("").output("out", node);
    }

    /** The shape of a sample before each layer, in the network as it was meant to be. */
    private List<Shape> made(Shape x) {
        ProgramBuilder scratch = new ProgramBuilder();
        Node node = scratch.data(INPUT, input == null ? x : input.prepend(1));
        List<Shape> shapes = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            int[] extents = node.shape().extents();
            Shape sample = Shape.of(Arrays.copyOfRange(extents, 1, extents.length));
            shapes.add(sample);
            Weights weights = new Weights(entries.get(i).name(), sample, Map.of(), new SplittableRandom(0), false);
            node = append(scratch, i, node, weights);
        }
        return shapes;
    }

    private Node append(ProgramBuilder b, int place, Node x, Weights weights) {
        Entry entry = entries.get(place);
        try {
            return entry.layer().append(b.at(entry.name() + "." + entry.type()), x, weights);
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
