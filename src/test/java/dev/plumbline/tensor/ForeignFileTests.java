package dev.plumbline.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.problem.Problem;
import dev.plumbline.reader.ModelSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that came as a model, or as tensors, and are of another kind: each is called by its name, with what to send. */
class ForeignFileTests {

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] zip(String... names) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (String name : names) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(new byte[] {1, 2, 3});
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] file(String kind) throws IOException {
        return switch (kind) {
            case "safetensors" -> latin("\u0002\0\0\0\0\0\0\0{} ");
            case "npy" -> latin("\u0093NUMPY\1\0v\0{'descr': '<f4'}");
            case "npz" -> zip("w.npy");
            case "hdf5" -> latin("\u0089HDF\r\n\u001a\n\0\0\0\0");
            case "pickle" -> latin("\u0080\4\u0095\u0010\0\0\0\0\0\0\0}.");
            case "torch" -> zip("archive/data.pkl", "archive/data/0");
            case "torchScript" -> zip("model/data.pkl", "model/code/__torch__.py", "model/constants.pkl");
            case "gguf" -> latin("GGUF\3\0\0\0\0\0\0\0");
            case "tflite" -> latin("\u001c\0\0\0TFL3\0\0\0\0");
            case "keras" -> zip("config.json", "model.weights.h5");
            case "lfs" -> latin("version https://git-lfs.github.com/spec/v1\n");
            case "onnx" -> latin("\b\7\u0012\7pytorch\u001a\0051.131");
            default -> throw new IllegalArgumentException(kind);
        };
    }

    @ParameterizedTest
    @CsvSource({
        "safetensors, a safetensors file, part parameters",
        "npy, an npy file, part parameters",
        "npz, an npz file, part parameters",
        "hdf5, an HDF5 file, tf2onnx",
        "pickle, a bare pickle, torch.onnx.export",
        "torch, a zip of torch.save, part parameters",
        "torchScript, a TorchScript file, torch.jit.load",
        "gguf, a GGUF file, torch.onnx.export",
        "tflite, a TensorFlow Lite file, tf2onnx",
        "keras, a .keras file, model.export",
        "lfs, a pointer of Git LFS, git lfs pull",
    })
    void refusesAsAModelByItsName(String kind, String name, String cure) throws IOException {
        byte[] file = file(kind);
        Problem problem = Assertions.catchThrowableOfType(
                Problem.class, () -> ModelSource.of(file, ExternalFiles.NONE).read());
        assertThat(problem.explanation()).contains(name);
        assertThat(problem.expected()).contains(cure);
    }

    @ParameterizedTest
    @CsvSource({
        "hdf5, an HDF5 file, h5py",
        "pickle, a bare pickle, torch.save",
        "gguf, a GGUF file, safetensors",
        "tflite, a TensorFlow Lite file, safetensors",
        "lfs, a pointer of Git LFS, git lfs pull",
        "onnx, an ONNX file, part model",
    })
    void refusesAsTensorsByItsName(String kind, String name, String cure) throws IOException {
        byte[] file = file(kind);
        Problem problem = Assertions.catchThrowableOfType(
                Problem.class, () -> TensorFiles.read(file, "gradients", TensorLimits.DEFAULT));
        assertThat(problem.explanation()).contains(name);
        assertThat(problem.expected()).contains(cure);
    }
}
