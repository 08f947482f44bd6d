package dev.plumbline.compute.rounding;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Precision;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** A network of fixtures/rounding with the gradients that PyTorch computed. */
record PyTorchNets(Objective objective, Map<String, Tensor> reference, Map<String, Tensor> claims) {

    static PyTorchNets read(String name) {
        Path folder = Path.of("src/test/resources/fixtures/rounding", name);
        LossSource loss = LossSource.ofOutput("loss");
        Objective objective = new ObjectiveReader(
                        new ModelSource(null, bytes(folder.resolve("model.onnx"))).read(),
                        loss,
                        Map.of(),
                        tensors(folder.resolve("data.safetensors")))
                .read(program -> {});
        return new PyTorchNets(
                objective, objective.gradient().byParameter(), tensors(folder.resolve("gradients.safetensors")));
    }

    private static Map<String, Tensor> tensors(Path file) {
        return Safetensors.read(bytes(file), TensorLimits.DEFAULT).tensors();
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    Allowances allowances(@Nullable Datatype all, @Nullable Precision precision, boolean constants, long seed) {
        Map<String, Datatype> datatypes = new LinkedHashMap<>();
        claims.forEach((name, claim) -> datatypes.put(name, all == null ? claim.datatype() : all));
        Evaluation.Gradient gradient = objective.gradient();
        return Allowances.of(objective, gradient, datatypes, precision, constants, seed);
    }

    /** The largest disagreement of the spoilt claims of a tensor, in allowances. */
    double worst(String name, Tensor allowance, DoubleUnaryOperator spoil) {
        Tensor claim = Objects.requireNonNull(claims.get(name));
        Tensor right = Objects.requireNonNull(reference.get(name));
        double worst = 0;
        for (int i = 0; i < claim.size(); i++) {
            double off = Math.abs(spoil.applyAsDouble(claim.at(i)) - right.at(i));
            worst = Math.max(worst, off == 0 ? 0 : off / allowance.at(i));
        }
        return worst;
    }

    /**
     * How much of a tensor's gradient drowns: the share of its squared norm in entries that are less than twice their
     * allowance, where a factor 1.5 would not be seen. 0 for a gradient of zeros, which cannot drown.
     */
    double drowned(String name, Allowances allowances) {
        Tensor allowance = allowances.allowance(name);
        Tensor gradient = Objects.requireNonNull(reference.get(name));
        double norm = gradient.norm();
        double[] g = gradient.values();
        double share = 0;
        for (int i = 0; norm > 0 && i < g.length; i++) {
            double part = g[i] / norm;
            share += Math.abs(g[i]) < 2 * allowance.at(i) ? part * part : 0;
        }
        return Math.min(1, share);
    }
}
