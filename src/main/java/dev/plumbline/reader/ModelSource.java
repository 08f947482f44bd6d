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

    /** The model in a request or the one in a file beside it, told apart by its bytes; null where there is neither. */
    public static @Nullable ModelSource oneOf(@Nullable ModelSource given, byte @Nullable [] file) {
        if (given != null && file != null) {
            throw Problem.invalid("/model", "the model came twice", "a file, and model in the request", "one of them");
        }
        return file == null ? given : new ModelSource(null, file);
    }

    /** @param purpose a verb: what cannot be done without a model */
    public static ModelSource required(@Nullable ModelSource model, String purpose) {
        if (model == null) {
            throw Problem.invalid(
                    "/model",
                    "there is no model to " + purpose,
                    "nothing",
                    "formula, onnx or layers, or a part named model");
        }
        return model;
    }

    /** Reads the model; problems point into the request from {@code /model} on. */
    public Model read() {
        try {
            if (layers != null) {
                return LayersModel.read(layers, input, seed == null ? SEED : seed);
            }
            return formula != null ? Formula.parse(formula) : OnnxModel.read(Objects.requireNonNull(onnx));
        } catch (Problem problem) {
            throw problem.within(place());
        }
    }

    /** Where the request has the model. */
    public String place() {
        return formula != null ? "/model/formula" : "/model";
    }
}
