package dev.plumbline.diagnose.monitor;

import dev.plumbline.compute.health.TensorNorms;
import dev.plumbline.compute.health.TensorStatistics;
import dev.plumbline.compute.health.course.Snapshot;
import dev.plumbline.problem.Problem;
import dev.plumbline.report.Upload;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a pipeline says at one step. Tensors are turned into their norms at once, and forgotten.
 *
 * @param step of the optimizer; steps come in order, any number of them apart
 * @param gradients by parameter; may come as a file beside the request
 * @param parameters by the same names; may come as a file
 * @param norms by parameter, instead of tensors or beside them
 * @param lossScale that the loss was multiplied by, where there is a loss scaler; gradients and norms are those behind it
 * @param skipped whether the optimizer left this step out; where it is not said, a step with a loss scale is taken to be
 *     left out if a gradient is not finite and the loss is
 * @param rank whose snapshot this is, from 0, where the monitor was made for several
 */
public record SnapshotRequest(
        long step,
        @Nullable Double loss,
        @Nullable Map<String, Tensor> gradients,
        @Nullable Map<String, Tensor> parameters,
        @Nullable Map<String, NormsSource> norms,
        @Nullable Double lossScale,
        @Nullable Boolean skipped,
        @Nullable Integer rank) {

    private static final int LONGEST_NAME = 255;

    public SnapshotRequest {
        if (step < 0) {
            throw Problem.invalid("/step", "steps are counted from 0 or 1", step, "0 or above");
        }
        if (lossScale != null && !(lossScale > 0 && Double.isFinite(lossScale))) {
            throw Problem.invalid("/lossScale", "not a loss scale", lossScale, "a finite number above 0");
        }
    }

    SnapshotRequest with(Upload files) {
        return new SnapshotRequest(
                step,
                loss,
                files.joined("gradients", gradients),
                files.joined("parameters", parameters),
                norms,
                lossScale,
                skipped,
                rank);
    }

    Snapshot snapshot() {
        Map<String, Tensor> slopes = gradients == null ? Map.of() : gradients;
        Map<String, Tensor> values = parameters == null ? Map.of() : parameters;
        Map<String, NormsSource> given = norms == null ? Map.of() : norms;
        Set<String> names = new LinkedHashSet<>(slopes.keySet());
        names.addAll(given.keySet());
        if (names.isEmpty() && loss == null && !Boolean.TRUE.equals(skipped)) {
            throw Problem.invalid("", "there is nothing in the snapshot", "nothing", "a loss, gradients or norms");
        }
        for (String name : values.keySet()) {
            if (!names.contains(name)) {
                throw Problem.invalid(
                        "/parameters" + Problem.pointer(name), "a parameter without a gradient", name, names);
            }
        }
        Map<String, TensorNorms> tensors = new LinkedHashMap<>();
        names.forEach(name -> {
            requireName(name);
            tensors.put(name, norms(name, slopes.get(name), values.get(name), given.get(name)));
        });
        Snapshot snapshot = Snapshot.of(step, loss, tensors);
        return snapshot.scaled(scaling(snapshot));
    }

    private Snapshot.@Nullable Scaling scaling(Snapshot snapshot) {
        if (lossScale == null && skipped == null) {
            return null;
        }
        boolean leftOut =
                skipped == null ? snapshot.overflows() && (loss == null || Double.isFinite(loss)) : (boolean) skipped;
        return new Snapshot.Scaling(lossScale, leftOut);
    }

    private static TensorNorms norms(
            String name, @Nullable Tensor gradient, @Nullable Tensor parameter, @Nullable NormsSource given) {
        String pointer = "/norms" + Problem.pointer(name);
        NormsSource source = given == null ? new NormsSource(null, null, null, null) : given;
        TensorStatistics statistics = gradient == null ? null : TensorStatistics.of(gradient);
        Double norm =
                either(pointer + "/gradientNorm", source.gradientNorm(), gradient == null ? null : gradient.norm());
        Double share =
                either(pointer + "/zeroShare", source.zeroShare(), statistics == null ? null : statistics.zeroShare());
        Double size =
                either(pointer + "/parameterNorm", source.parameterNorm(), parameter == null ? null : parameter.norm());
        if (norm == null) {
            throw Problem.invalid(pointer, "the gradient's norm is missing", source, "gradientNorm, or the gradient");
        }
        if (share != null && !(share >= 0 && share <= 1)) {
            throw Problem.invalid(pointer + "/zeroShare", "not a share", share, "0 to 1");
        }
        return new TensorNorms(
                requireNorm(pointer + "/gradientNorm", norm),
                size == null ? null : (Double) requireNorm(pointer + "/parameterNorm", size),
                source.updateNorm() == null ? null : (Double) requireNorm(pointer + "/updateNorm", source.updateNorm()),
                share);
    }

    private static @Nullable Double either(String pointer, @Nullable Double given, @Nullable Double own) {
        if (given != null && own != null) {
            throw Problem.invalid(pointer, "this follows from the tensor that came too", given, "one of them");
        }
        return given == null ? own : given;
    }

    private static double requireNorm(String pointer, double norm) {
        if (norm < 0) {
            throw Problem.invalid(pointer, "a norm is not negative", norm, "0 or above, \"NaN\" or \"Infinity\"");
        }
        return norm;
    }

    private static void requireName(String name) {
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            throw Problem.invalid("", "not a name for a tensor", name, "1 to " + LONGEST_NAME + " characters");
        }
    }
}
