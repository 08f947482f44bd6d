package dev.plumbline.tensor;

import static dev.plumbline.tensor.TensorLimits.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Problem.Code;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TensorFilesTests {

    @Test
    void tellsTheThreeFormatsApart() {
        Map<String, Tensor> tensors = Map.of("w", Tensor.vector(1, 2), "b", Tensor.scalar(3));
        assertThat(TensorFiles.read(Safetensors.write(tensors, Map.of()), "x", DEFAULT))
                .isEqualTo(tensors);
        assertThat(TensorFiles.read(Npz.write(tensors), "x", DEFAULT)).isEqualTo(tensors);
        assertThat(TensorFiles.read(Npy.write(Tensor.vector(1, 2)), "x", DEFAULT))
                .isEqualTo(Map.of("x", Tensor.vector(1, 2)));
    }

    @Test
    void saysWhatItUnderstandsAndShowsWhatItGot() {
        byte[] pickle = {(byte) 0x80, 2, (byte) 0x8a, 10};
        Problem problem = catchThrowableOfType(Problem.class, () -> TensorFiles.read(pickle, "x", DEFAULT));
        assertThat(problem.code()).isEqualTo(Code.UNSUPPORTED);
        assertThat(problem.got()).isEqualTo("a file that begins with the bytes 80 02 8a 0a");
        assertThat(problem.expected()).contains("safetensors", "npz", "npy");
        problem = catchThrowableOfType(Problem.class, () -> TensorFiles.read(new byte[0], "x", DEFAULT));
        assertThat(problem.got()).isEqualTo("an empty file");
    }

    @Test
    void namesTheSingleTensorInAProblem() {
        byte[] npy = Npy.write(Tensor.vector(1, 2));
        byte[] cut = Arrays.copyOf(npy, npy.length - 1);
        Problem problem = catchThrowableOfType(Problem.class, () -> TensorFiles.read(cut, "a/b", DEFAULT));
        assertThat(problem.pointer()).isEqualTo("/a~1b");
    }
}
