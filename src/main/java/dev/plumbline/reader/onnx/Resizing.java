package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Resize and its forerunner Upsample: axis by axis, each output a weighted sum of one (nearest), two (linear) or four
 * (cubic, Keys 1981) inputs, which are looked up by position. Beyond the edge the edge goes on.
 */
final class Resizing {

    private Resizing() {}

    static void addTo(Map<String, Operator> table) {
        table.put("Resize", Resizing::resize);
        table.put("Upsample", Resizing::resize);
    }

    /** How one axis is resized: from {@code extent} to {@code target} elements. */
    private record Axis(int index, int extent, int target, double scale) {}

    /** The attributes that say which inputs an output looks at. */
    private record Sampling(String mode, String coordinates, String nearest, double cubic, boolean excludeOutside) {

        static Sampling of(Call call) {
            String mode = call.choice("mode", "nearest", "linear", "cubic");
            if (call.opset() < 11) {
                return new Sampling(mode, "asymmetric", "floor", 0, false);
            }
            call.ignore("extrapolation_value"); // for cropping only
            if (call.flag("antialias", false)) {
                throw Problem.unsupported("", "attribute antialias is not supported", 1, 0);
            }
            call.choice("keep_aspect_ratio_policy", "stretch");
            return new Sampling(
                    mode,
                    call.choice(
                            "coordinate_transformation_mode",
                            "half_pixel",
                            "pytorch_half_pixel",
                            "align_corners",
                            "asymmetric"),
                    call.choice("nearest_mode", "round_prefer_floor", "round_prefer_ceil", "floor", "ceil"),
                    call.number("cubic_coeff_a", -0.75),
                    call.flag("exclude_outside", false));
        }

        /** Where an output lies among the inputs. */
        double position(Axis axis, int output) {
            return switch (coordinates) {
                case "asymmetric" -> output / axis.scale();
                case "align_corners" -> axis.target() == 1 ? 0 : output * (axis.extent() - 1.0) / (axis.target() - 1);
                case "pytorch_half_pixel" -> axis.target() == 1 ? 0 : (output + 0.5) / axis.scale() - 0.5;
                default -> (output + 0.5) / axis.scale() - 0.5;
            };
        }

        double rounded(double position) {
            return switch (nearest) {
                case "round_prefer_floor" -> Math.ceil(position - 0.5);
                case "round_prefer_ceil" -> Math.floor(position + 0.5);
                case "floor" -> Math.floor(position);
                default -> Math.ceil(position);
            };
        }

        /** The weights of the inputs from {@code floor(position) - weights.length / 2 + 1} on. */
        double[] weights(double fraction) {
            if (mode.equals("linear")) {
                return new double[] {1 - fraction, fraction};
            }
            return new double[] {outer(1 + fraction), inner(fraction), inner(1 - fraction), outer(2 - fraction)};
        }

        private double inner(double t) {
            return ((cubic + 2) * t - (cubic + 3)) * t * t + 1;
        }

        private double outer(double t) {
            return ((cubic * t - 5 * cubic) * t + 8 * cubic) * t - 4 * cubic;
        }
    }

    private static List<Value> resize(Call call) {
        Node x = call.in(0);
        Sampling sampling = Sampling.of(call);
        for (Axis axis : axes(call, x.shape())) {
            boolean unchanged = axis.extent() == axis.target() && axis.scale() == 1;
            x = unchanged ? x : resized(call.builder(), x, axis, sampling);
        }
        return call.result(x);
    }

    private static List<Axis> axes(Call call, Shape shape) {
        int[] named = call.opset() >= 18 ? call.wholes("axes") : null;
        int[] axes = named == null ? IntStream.range(0, shape.rank()).toArray() : call.axes(named, shape.rank());
        boolean bySizes = call.opset() >= 11 && call.has(3);
        double[] asked = bySizes
                ? Arrays.stream(call.wholes(3)).asDoubleStream().toArray()
                : scales(call).values();
        if (asked.length != axes.length || Arrays.stream(asked).anyMatch(each -> !(each > 0))) {
            throw Problem.invalid(
                    "", "scales or sizes are wrong", Arrays.toString(asked), axes.length + " numbers above 0");
        }
        return IntStream.range(0, axes.length)
                .mapToObj(k -> {
                    int extent = shape.extent(axes[k]);
                    double target = bySizes ? asked[k] : Math.floor(extent * asked[k]);
                    if (!(target >= 1 && target <= Integer.MAX_VALUE) || extent == 0) {
                        throw Problem.invalid("", "an axis would be empty or too large", target, "from 1 to 2^31 - 1");
                    }
                    return new Axis(axes[k], extent, (int) target, bySizes ? target / extent : asked[k]);
                })
                .toList();
    }

    private static Tensor scales(Call call) {
        if (call.opset() >= 9) {
            return call.constant(call.opset() < 11 ? 1 : 2);
        }
        Tensor scales = call.numbers("scales");
        if (scales == null) {
            throw Problem.invalid("", "attribute scales is missing", "none", "a factor for each axis");
        }
        return scales;
    }

    private static Node resized(ProgramBuilder b, Node x, Axis axis, Sampling sampling) {
        int[] extents = x.shape().extents();
        extents[axis.index()] = axis.target();
        b.broadcast(
                b.constant(0), Call.shape(Arrays.stream(extents).asLongStream().toArray())); // judges the size
        if (sampling.mode().equals("nearest")) {
            double[] sources = new double[axis.target()];
            for (int i = 0; i < sources.length; i++) {
                sources[i] = clamped(sampling.rounded(sampling.position(axis, i)), axis);
            }
            return b.gather(x, indices(b, sources), axis.index());
        }
        int taps = sampling.mode().equals("linear") ? 2 : 4;
        double[][] sources = new double[taps][axis.target()];
        double[][] weights = new double[taps][axis.target()];
        for (int i = 0; i < axis.target(); i++) {
            weigh(axis, sampling, i, sources, weights);
        }
        int[] column = new int[x.rank() - axis.index()];
        Arrays.fill(column, 1);
        column[0] = axis.target();
        Node sum = b.constant(0);
        for (int k = 0; k < taps; k++) {
            Node weight = b.constant(Tensor.of(Shape.of(column), weights[k]));
            sum = b.add(sum, b.multiply(b.gather(x, indices(b, sources[k]), axis.index()), weight));
        }
        return sum;
    }

    /** Fills column {@code output} of sources and weights. */
    private static void weigh(Axis axis, Sampling sampling, int output, double[][] sources, double[][] weights) {
        double position = sampling.position(axis, output);
        double floor = Math.floor(position);
        double[] each = sampling.weights(position - floor);
        double sum = 0;
        for (int k = 0; k < each.length; k++) {
            double source = floor - each.length / 2 + 1 + k;
            boolean outside = source < 0 || source >= axis.extent();
            sources[k][output] = clamped(source, axis);
            weights[k][output] = outside && sampling.excludeOutside() ? 0 : each[k];
            sum += weights[k][output];
        }
        for (int k = 0; k < each.length && sampling.excludeOutside(); k++) {
            weights[k][output] /= sum;
        }
    }

    private static double clamped(double source, Axis axis) {
        return Math.max(0, Math.min(axis.extent() - 1, source));
    }

    private static Node indices(ProgramBuilder b, double[] sources) {
        return b.constant(Tensor.of(Shape.of(sources.length), Datatype.INT64, sources));
    }
}
