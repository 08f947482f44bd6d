package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
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
            ForeignFile foreign = ForeignFile.of(file);
            if (foreign != null) {
                throw foreign.asTensors(file);
            }
            throw Problem.unsupported(
                    "",
                    "not a tensor file that is understood here",
                    file.length == 0 ? "an empty file" : "a file that begins with the bytes " + ForeignFile.start(file),
                    "safetensors (a header length and '{'), npz or a state_dict of torch.save (\"PK\"), or npy (0x93 \"NUMPY\")");
        }
    }
}
