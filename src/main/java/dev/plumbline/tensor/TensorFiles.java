package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

/**
 * Named tensors from bytes in any format that Plumbline reads; the first bytes tell which it is.
 *
 * <p>A problem's pointer is {@code /<name of the tensor>}, then the index of the element where it is about one.
 */
public final class TensorFiles {

    /** As many bytes as tell the format of a file, and are quoted of one that is of none. */
    static final int START = 12;

    private static final int SAFETENSORS_PREFIX = 8;

    /** Protocol 2, and a number of ten bytes: how {@code torch.save} began before PyTorch 1.6. */
    private static final byte[] OLD_TORCH = {(byte) 0x80, 2, (byte) 0x8a, 10};

    private TensorFiles() {}

    /** The tensors in file order; a lone npy file gets the name {@code nameOfASingleTensor}. */
    public static Map<String, Tensor> read(byte[] file, String nameOfASingleTensor, TensorLimits limits) {
        if (Npy.looksLike(file)) {
            try {
                return Map.of(nameOfASingleTensor, Npy.read(file, limits));
            } catch (Problem problem) {
                throw problem.within(Problem.pointer(nameOfASingleTensor));
            }
        }
        if (Npz.looksLike(file)) {
            return StateDict.isIn(ZipDirectory.names(file)) ? StateDict.read(file, limits) : Npz.read(file, limits);
        }
        requireSafetensors(file);
        return Safetensors.read(file, limits).tensors();
    }

    /** Refuses bytes that are of no format, once they are neither npy nor npz. */
    static void requireSafetensors(byte[] file) {
        if (file.length <= SAFETENSORS_PREFIX || file[SAFETENSORS_PREFIX] != '{') {
            if (file.length > 3 && Arrays.equals(file, 0, OLD_TORCH.length, OLD_TORCH, 0, OLD_TORCH.length)) {
                throw Problem.unsupported(
                        "",
                        "this is a bare pickle, as torch.save wrote before PyTorch 1.6",
                        "a file that begins with the bytes " + start(file),
                        "the same saved by a newer torch.save, or safetensors, npz or npy");
            }
            throw Problem.unsupported(
                    "",
                    "not a tensor file that is understood here",
                    file.length == 0 ? "an empty file" : "a file that begins with the bytes " + start(file),
                    "safetensors (a header length and '{'), npz or a state_dict of torch.save (\"PK\"), or npy (0x93 \"NUMPY\")");
        }
    }

    private static String start(byte[] file) {
        return HexFormat.ofDelimiter(" ").formatHex(Arrays.copyOf(file, Math.min(START, file.length)));
    }
}
