package dev.plumbline.check;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * One network that PyTorch exported and, under a label, many sets of parameters, data and PyTorch's own gradients of them
 * (fixtures/README.md, torch/).
 */
record TorchSets(String suite, String network, String label) {

    private static final Path FOLDER = Path.of("src/test/resources/fixtures/torch");

    /**
     * One set, by name.
     *
     * @param rounding what the claim's arithmetic did to it: the gradients less those in float64; empty where they are float64
     */
    record TorchSet(
            String name,
            Map<String, Tensor> parameters,
            Map<String, Tensor> data,
            Map<String, Tensor> gradients,
            Map<String, Tensor> rounding) {

        /** The gradients in a narrower datatype. */
        TorchSet in(Datatype narrow) {
            Map<String, Tensor> claims = new LinkedHashMap<>(gradients);
            claims.replaceAll((name, gradient) -> gradient.as(narrow));
            return new TorchSet(this.name + " in " + narrow, parameters, data, claims, Map.of());
        }

        /** The gradients with another one in the place of this. */
        Map<String, Tensor> with(String name, Tensor claim) {
            Map<String, Tensor> claims = new LinkedHashMap<>(gradients);
            claims.put(name, claim);
            return claims;
        }
    }

    static Stream<TorchSets> of(String suite, String... labels) {
        return networks(suite).stream()
                .flatMap(network -> Arrays.stream(labels).map(label -> new TorchSets(suite, network, label)));
    }

    private static List<String> networks(String suite) {
        try (Stream<Path> folders = Files.list(FOLDER.resolve(suite))) {
            return folders.map(Path::getFileName).map(Path::toString).sorted().toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Of several exports the one named as the label. */
    byte[] model() {
        Path folder = FOLDER.resolve(suite).resolve(network);
        Path own = folder.resolve(label + ".onnx");
        return bytes(Files.exists(own) ? own : folder.resolve("model.onnx"));
    }

    List<TorchSet> sets() {
        Path file = FOLDER.resolve(suite).resolve(network).resolve(label + ".safetensors");
        Map<String, Tensor> stacks =
                Safetensors.read(bytes(file), TensorLimits.DEFAULT).tensors();
        int count = Objects.requireNonNull(stacks.get("data/y")).shape().extent(0);
        return Stream.iterate(0, k -> k + 1)
                .limit(count)
                .map(k -> set(k, stacks))
                .toList();
    }

    private TorchSet set(int k, Map<String, Tensor> stacks) {
        return new TorchSet(
                this + " set " + k,
                group("parameters/", k, stacks),
                group("data/", k, stacks),
                group("gradients/", k, stacks),
                group("rounding/", k, stacks));
    }

    private static Map<String, Tensor> group(String prefix, int k, Map<String, Tensor> stacks) {
        Map<String, Tensor> group = new LinkedHashMap<>();
        stacks.forEach((name, stack) -> {
            if (name.startsWith(prefix)) {
                group.put(name.substring(prefix.length()), row(stack, k));
            }
        });
        return group;
    }

    private static Tensor row(Tensor stack, int k) {
        int[] extents = stack.shape().extents();
        Shape shape = Shape.of(Arrays.copyOfRange(extents, 1, extents.length));
        double[] values = Arrays.copyOfRange(stack.values(), k * shape.size(), (k + 1) * shape.size());
        return Tensor.of(shape, stack.datatype(), values);
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public String toString() {
        return suite + "/" + network + " " + label;
    }
}
