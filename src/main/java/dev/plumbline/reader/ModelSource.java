package dev.plumbline.reader;

import dev.plumbline.problem.Problem;
import dev.plumbline.reader.formula.Formula;
import dev.plumbline.reader.onnx.OnnxModel;
import org.jspecify.annotations.Nullable;

/**
 * A model as a request carries it: exactly one of these. A formula's parameters are the names that the request gives
 * values under {@code parameters}; a file's are its float initializers.
 *
 * @param formula text, such as {@code mean((x @ w + b - y)^2)}
 * @param onnx an ONNX file, base64 in JSON
 */
@SuppressWarnings("ArrayRecordComponent") // a file's bytes, never compared
public record ModelSource(@Nullable String formula, byte @Nullable [] onnx) {

    public ModelSource {
        if ((formula == null) == (onnx == null)) {
            throw Problem.invalid(
                    "",
                    "a model is given in exactly one way",
                    formula == null ? "none" : "formula and onnx",
                    "formula or onnx");
        }
    }

    /** A model that came as a file: told apart by its bytes. */
    public static ModelSource file(byte[] bytes) {
        return new ModelSource(null, bytes);
    }

    /** Reads the model; problems point into the request from {@code /model} on. */
    public Model read() {
        try {
            return formula != null ? Formula.parse(formula) : OnnxModel.read(java.util.Objects.requireNonNull(onnx));
        } catch (Problem problem) {
            throw problem.within(formula != null ? "/model/formula" : "/model");
        }
    }
}
