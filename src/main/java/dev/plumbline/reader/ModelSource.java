package dev.plumbline.reader;

import dev.plumbline.problem.Problem;
import dev.plumbline.reader.formula.Formula;
import dev.plumbline.reader.layers.LayersModel;
import dev.plumbline.reader.onnx.OnnxModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A model as a request carries it: exactly one of formula, onnx and layers. A formula's parameters are the names that the
 * request gives values under {@code parameters}; a file's are its float initializers; a list of layers makes its own.
 *
 * @param formula text, such as {@code mean((x @ w + b - y)^2)}
 * @param onnx an ONNX file, base64 in JSON
 * @param layers a network, layer by layer: {@code [{"type": "dense", "units": 4, "activation": "sigmoid"}]}
 * @param input the shape of one sample for the layers, without the batch; the data's where it is not given
 * @param seed of the layers' initial parameters; 42
 */
@SuppressWarnings("ArrayRecordComponent") // a file's bytes, never compared
public record ModelSource(
        @Nullable String formula,
        byte @Nullable [] onnx,
        @Nullable List<Map<String, Object>> layers,
        @Nullable List<Integer> input,
        @Nullable Long seed) {

    private static final long SEED = 42;

    public ModelSource {
        List<String> given = new ArrayList<>();
        if (formula != null) {
            given.add("formula");
        }
        if (onnx != null) {
            given.add("onnx");
        }
        if (layers != null) {
            given.add("layers");
        }
        if (given.size() != 1) {
            throw Problem.invalid(
                    "",
                    "a model is given in exactly one way",
                    given.isEmpty() ? "none" : String.join(" and ", given),
                    "formula, onnx or layers");
        }
        if (layers == null && (input != null || seed != null)) {
            throw Problem.invalid(
                    input != null ? "/input" : "/seed",
                    "input and seed belong to a list of layers",
                    given.get(0),
                    "layers, or neither of them");
        }
    }

    /** A model without layers. */
    public ModelSource(@Nullable String formula, byte @Nullable [] onnx) {
        this(formula, onnx, null, null, null);
    }

    /** A model that came as a file: told apart by its bytes. Null where none came. */
    public static @Nullable ModelSource file(byte @Nullable [] bytes) {
        return bytes == null ? null : new ModelSource(null, bytes);
    }

    /** Reads the model; problems point into the request from {@code /model} on. */
    public Model read() {
        try {
            if (layers != null) {
                return LayersModel.read(layers, input, seed == null ? SEED : seed);
            }
            return formula != null ? Formula.parse(formula) : OnnxModel.read(Objects.requireNonNull(onnx));
        } catch (Problem problem) {
            throw problem.within(formula != null ? "/model/formula" : "/model");
        }
    }
}
