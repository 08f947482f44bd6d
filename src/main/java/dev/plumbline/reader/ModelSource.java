package dev.plumbline.reader;

import dev.plumbline.problem.Problem;
import dev.plumbline.reader.formula.Formula;
import dev.plumbline.reader.layers.LayersModel;
import dev.plumbline.reader.onnx.OnnxModel;
import dev.plumbline.reader.samediff.SameDiffModel;
import dev.plumbline.tensor.ExternalFiles;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A model as a request carries it, or says where it is: in exactly one way. A formula's parameters are the names that the
 * request gives values under {@code parameters}; a file's are its float initializers; a list of layers makes its own.
 *
 * @param formula text, such as {@code mean((x @ w + b - y)^2)}
 * @param onnx an ONNX file, base64 in JSON
 * @param layers a network, layer by layer: {@code [{"type": "dense", "units": 4, "activation": "sigmoid"}]}
 * @param input the shape of one sample for the layers, without the batch; the data's where it is not given
 * @param seed of the layers' initial parameters; 42
 * @param file a path below the directory that the operator allows
 * @param digest of a model that is kept here: {@code sha256:} and 64 hex digits
 * @param samediff a file of ND4J's SameDiff, base64 in JSON
 * @param external the files beside {@code onnx}; never in JSON
 */
@SuppressWarnings("ArrayRecordComponent") // a file's bytes, never compared
public record ModelSource(
        @Nullable String formula,
        byte @Nullable [] onnx,
        @Nullable List<Map<String, Object>> layers,
        @Nullable List<Integer> input,
        @Nullable Long seed,
        @Nullable String file,
        @Nullable String digest,
        byte @Nullable [] samediff,
        @Nullable ExternalFiles external) {

    private static final long SEED = 42;
    private static final String WAYS = "formula, onnx, samediff, layers, file or digest";

    public ModelSource {
        List<String> given = Stream.of(
                        formula == null ? "" : "formula",
                        onnx == null ? "" : "onnx",
                        layers == null ? "" : "layers",
                        file == null ? "" : "file",
                        digest == null ? "" : "digest",
                        samediff == null ? "" : "samediff")
                .filter(way -> !way.isEmpty())
                .toList();
        if (given.size() != 1) {
            throw Problem.invalid(
                    "",
                    "a model is given in exactly one way",
                    given.isEmpty() ? "none" : String.join(" and ", given),
                    WAYS);
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

    /** A model that comes with the request, whole. */
    public ModelSource(
            @Nullable String formula,
            byte @Nullable [] onnx,
            @Nullable List<Map<String, Object>> layers,
            @Nullable List<Integer> input,
            @Nullable Long seed) {
        this(formula, onnx, layers, input, seed, null, null, null, null);
    }

    /** The model in a file, told by its bytes, with what lies beside it. */
    public static ModelSource of(byte[] file, ExternalFiles external) {
        boolean samediff = SameDiffModel.looksLike(file);
        return new ModelSource(
                null, samediff ? null : file, null, null, null, null, null, samediff ? file : null, external);
    }

    /** The model in a request or the one in a file beside it; null where there is neither. */
    public static @Nullable ModelSource oneOf(
            @Nullable ModelSource given, byte @Nullable [] file, ExternalFiles external) {
        if (given != null && file != null) {
            throw Problem.invalid("/model", "the model came twice", "a file, and model in the request", "one of them");
        }
        if (file != null) {
            return of(file, external);
        }
        if (given != null && given.onnx != null) {
            return new ModelSource(null, given.onnx, null, null, null, null, null, null, external);
        }
        if (!external.locations().isEmpty()) {
            throw Problem.invalid(
                    "/weights",
                    "weights came without the file that reads them",
                    external.locations(),
                    "a part named model");
        }
        return given;
    }

    /** @param purpose a verb: what cannot be done without a model */
    public static ModelSource required(@Nullable ModelSource model, String purpose) {
        if (model == null) {
            throw Problem.invalid(
                    "/model", "there is no model to " + purpose, "nothing", WAYS + ", or a part named model");
        }
        return model;
    }

    /** The bytes of its file, where it is in one. */
    public byte @Nullable [] bytes() {
        return onnx == null ? samediff : onnx;
    }

    /** Reads the model; problems point into the request from {@code /model} on. */
    public Model read() {
        return read(Double.MAX_VALUE);
    }

    /** @param mostBytes of memory for the tensors of a file */
    public Model read(double mostBytes) {
        try {
            if (layers != null) {
                return LayersModel.read(layers, input, seed == null ? SEED : seed);
            }
            if (formula != null) {
                return Formula.parse(formula);
            }
            if (samediff != null) {
                return SameDiffModel.read(samediff, mostBytes);
            }
            ExternalFiles beside = external == null ? ExternalFiles.NONE : external;
            return OnnxModel.read(Objects.requireNonNull(onnx), beside, mostBytes);
        } catch (Problem problem) {
            throw problem.within(place());
        }
    }

    /** The operations of files that can be read, by format. */
    public static Map<String, List<String>> operators() {
        return new TreeMap<>(Map.of(
                "onnx", OnnxModel.operators().stream().sorted().toList(),
                "samediff", SameDiffModel.operators().stream().sorted().toList()));
    }

    /** Where the request has the model. */
    public String place() {
        return formula != null ? "/model/formula" : "/model";
    }
}
