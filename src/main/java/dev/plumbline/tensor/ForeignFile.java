package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a file is that came where another was meant, told by its first bytes (and a zip by what it holds): its format in words,
 * and what to send in its stead.
 *
 * @param asModel how a model that is in it, or belongs to it, is to be sent
 * @param asTensors how tensors that are in it are to be sent
 */
public record ForeignFile(String words, String asModel, String asTensors) {

    private static final String EXPORTED = "an ONNX file, as torch.onnx.export writes it";
    private static final String SAVED = "safetensors, npz, npy or a state_dict of torch.save";
    private static final String WEIGHTS_ONLY =
            EXPORTED + "; these are tensors without a model, and go in the part parameters";

    /** Where a zip's names stand, first and last. */
    private static final int ENDS = 1 << 20;

    private record Mark(int at, String bytes, ForeignFile file) {
        boolean isIn(byte[] start) {
            byte[] own = bytes.getBytes(StandardCharsets.ISO_8859_1);
            return start.length >= at + own.length && Arrays.equals(start, at, at + own.length, own, 0, own.length);
        }
    }

    private static final ForeignFile SAFETENSORS =
            new ForeignFile("a safetensors file", WEIGHTS_ONLY, "a whole safetensors file");

    private static final ForeignFile ONNX =
            new ForeignFile("an ONNX file", "a whole ONNX file", SAVED + "; a model goes in the part model");

    private static final ForeignFile PICKLE = new ForeignFile(
            "a bare pickle",
            EXPORTED + "; a pickled module is a program, which is not run here",
            "the same saved by torch.save since PyTorch 1.6, or safetensors, npz or npy");

    private static final List<Mark> MARKS = List.of(
            new Mark(0, "\u0093NUMPY", new ForeignFile("an npy file", WEIGHTS_ONLY, "a whole npy file")),
            new Mark(
                    0,
                    "\u0089HDF\r\n\u001a\n",
                    new ForeignFile(
                            "an HDF5 file (Keras's .h5, perhaps)",
                            "an ONNX file, as model.export(path, format=\"onnx\") of Keras or tf2onnx writes it",
                            SAVED + ": safetensors.numpy.save_file of h5py's arrays")),
            new Mark(
                    0,
                    "GGUF",
                    new ForeignFile(
                            "a GGUF file of llama.cpp",
                            EXPORTED + " from the model that it was converted from",
                            SAVED)),
            new Mark(
                    4,
                    "TFL3",
                    new ForeignFile(
                            "a TensorFlow Lite file",
                            "an ONNX file, as python -m tf2onnx.convert --tflite writes it",
                            SAVED)),
            new Mark(
                    4,
                    "ORTM",
                    new ForeignFile("a file of ONNX Runtime's own format", "the ONNX file it was made from", SAVED)),
            new Mark(
                    0,
                    "version https://git-lfs",
                    new ForeignFile(
                            "a pointer of Git LFS, not the file itself",
                            "the file, after git lfs pull",
                            "the file, after git lfs pull")),
            new Mark(
                    0,
                    "\u001f\u008b",
                    new ForeignFile("a gzip file", "the ONNX file that is in it", "the file that is in it")),
            new Mark(0, "<", new ForeignFile("text in XML or HTML", EXPORTED, SAVED)),
            new Mark(0, "{", new ForeignFile("JSON text", "an ONNX file, or the model in the part request", SAVED)));

    /** Null where nothing is known of such a file. */
    public static @Nullable ForeignFile of(byte[] file) {
        if (file.length > 8 && file[8] == '{' && header(file) < file.length) {
            return SAFETENSORS;
        }
        if (file.length > 3 && file[0] == 'P' && file[1] == 'K') {
            return zip(file);
        }
        if (file.length > 2 && (file[0] & 0xff) == 0x80 && file[1] >= 2 && file[1] <= 5) {
            return PICKLE;
        }
        for (Mark mark : MARKS) {
            if (mark.isIn(file)) {
                return mark.file();
            }
        }
        boolean isOnnx = file.length > 3 && file[0] == 8 && file[1] > 0 && file[1] < 32 && isFieldOfAModel(file[2]);
        return isOnnx ? ONNX : null;
    }

    /** The length of a safetensors file's header, its first number. */
    private static long header(byte[] file) {
        long length = 0;
        for (int i = 7; i >= 0; i--) {
            length = length << 8 | (file[i] & 0xff);
        }
        return length < 0 ? Long.MAX_VALUE : length;
    }

    /** Producer, domain, version, text, graph, opset, metadata: the tags that follow a ModelProto's ir_version. */
    private static boolean isFieldOfAModel(byte tag) {
        return List.of(0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72).contains(tag & 0xff);
    }

    private static ForeignFile zip(byte[] file) {
        int last = Math.max(0, file.length - ENDS);
        String names = new String(file, 0, Math.min(file.length, ENDS), StandardCharsets.ISO_8859_1)
                + new String(file, last, file.length - last, StandardCharsets.ISO_8859_1);
        if (names.contains("/code/") || names.contains("constants.pkl")) {
            return new ForeignFile(
                    "a TorchScript file",
                    "an ONNX file: torch.onnx.export(torch.jit.load(path), inputs, ...)",
                    SAVED + ": torch.save(torch.jit.load(path).state_dict(), ...)");
        }
        if (names.contains("data.pkl")) {
            return new ForeignFile("a zip of torch.save", WEIGHTS_ONLY, "torch.save(module.state_dict(), ...)");
        }
        if (names.contains("model.weights.h5")) {
            return new ForeignFile(
                    "a .keras file", "an ONNX file, as model.export(path, format=\"onnx\") of Keras writes it", SAVED);
        }
        if (names.contains(".npy")) {
            return new ForeignFile("an npz file", WEIGHTS_ONLY, "a whole npz file");
        }
        return new ForeignFile("a zip file", "the ONNX file that is in it", "the file that is in it");
    }

    /** Whether it is of the format that models come in. */
    public boolean isModel() {
        return this == ONNX;
    }

    /** The refusal of a file that came for a model. */
    public Problem asModel(byte[] file) {
        return refused(file, asModel);
    }

    Problem asTensors(byte[] file) {
        return refused(file, asTensors);
    }

    private Problem refused(byte[] file, String expected) {
        return Problem.unsupported(
                "", "this is " + words, "a file that begins with the bytes " + start(file), expected);
    }

    /** The first bytes, as they are quoted. */
    static String start(byte[] file) {
        return HexFormat.ofDelimiter(" ").formatHex(Arrays.copyOf(file, Math.min(TensorFiles.START, file.length)));
    }
}
