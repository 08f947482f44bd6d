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
 * (cubic, Keys 1981) inputs, more where a smaller image is smoothed, which are looked up by position. Beyond the edge the
 * edge goes on. Where corners are aligned, a length is a whole number, as in PyTorch and ONNX Runtime; ONNX's reference
 * takes 0.6 of 4 for 2.4 there.
 */
final class Resizing {

    private Resizing() {}

    static void addTo(Map<String, Operator> table) {
        table.put("Resize", Resizing::resize);
        table.put("Upsample", Resizing::resize);
    }

    /** How one axis is resized: from {@code extent} to {@code target} elements, of a part of it (0 to 1 is all). */
    private record Axis(int index, int extent, int target, double scale, double from, double until) {

        boolean isUnchanged() {
            return extent == target && scale == 1 && from == 0 && until == 1;
        }
    }

    /** The attributes that say which inputs an output looks at. */
    private record Sampling(
            String mode,
            String coordinates,
            String nearest,
            double cubic,
            boolean excludeOutside,
            boolean smooth,
            double beyond) {

        static Sampling of(Call call) {
            if (call.opset() < 11) {
                String mode = call.choice("mode", "nearest", "linear", "bilinear");
                return new Sampling(
                        mode.equals("bilinear") ? "linear" : mode, "asymmetric", "floor", 0, false, false, 0);
            }
            String mode = call.choice("mode", "nearest", "linear", "cubic");
            if (call.opset() >= 18) {
                call.choice("keep_aspect_ratio_policy", "stretch", "not_larger", "not_smaller");
            }
            return new Sampling(
                    mode,
                    call.choice(
                            "coordinate_transformation_mode",
                            "half_pixel",
                            "pytorch_half_pixel",
                            "align_corners",
                            "asymmetric",
                            "half_pixel_symmetric",
                            "tf_half_pixel_for_nn",
                            "tf_crop_and_resize"),
                    call.choice("nearest_mode", "round_prefer_floor", "round_prefer_ceil", "floor", "ceil"),
                    call.number("cubic_coeff_a", -0.75),
                    call.flag("exclude_outside", false),
                    call.flag("antialias", false),
                    call.number("extrapolation_value", 0));
        }

        /** Where an output lies among the inputs. */
        double position(Axis axis, int output) {
            return switch (coordinates) {
                case "asymmetric" -> output / axis.scale();
                case "align_corners" -> axis.target() == 1 ? 0 : output * (axis.extent() - 1.0) / (axis.target() - 1);
                case "tf_half_pixel_for_nn" -> (output + 0.5) / axis.scale();
                case "half_pixel_symmetric" -> {
                    double length = axis.scale() * axis.extent(); // perhaps no whole number
                    double offset = axis.extent() / 2.0 * (1 - axis.target() / length);
                    yield offset + (output + 0.5) / axis.scale() - 0.5;
                }
                case "tf_crop_and_resize" -> {
                    double last = axis.extent() - 1.0;
                    yield axis.target() == 1
                            ? (axis.from() + axis.until()) / 2 * last
                            : axis.from() * last + output * (axis.until() - axis.from()) * last / (axis.target() - 1);
                }
                case "pytorch_half_pixel" -> axis.target() == 1 ? 0 : (output + 0.5) / axis.scale() - 0.5;
                default -> (output + 0.5) / axis.scale() - 0.5;
            };
        }

        /** From one output to the next, in inputs. */
        private double step(Axis axis) {
            return coordinates.equals("align_corners")
                    ? (axis.extent() - 1.0) / Math.max(1, axis.target() - 1)
                    : 1 / axis.scale();
        }

        /** What a position is off in an arithmetic is as large as this is rounded to; 0 where nothing is rounded. */
        double size(Axis axis, int output, Datatype arithmetic) {
            double position = position(axis, output);
            boolean exact = position == 0
                    || arithmetic.round(position) == position && arithmetic.round(step(axis)) == step(axis);
            return exact && !smooth ? 0 : Math.abs(position) + step(axis);
        }

        /** Whether a position that is whole may be off, to either side: then three inputs may have a part in it. */
        private boolean mayMissAWhole(Axis axis) {
            return IntStream.range(0, axis.target())
                    .anyMatch(output -> position(axis, output) == Math.rint(position(axis, output))
                            && size(axis, output, Datatype.BF16) > 0);
        }

        double rounded(double position) {
            return switch (nearest) {
                case "round_prefer_floor" -> Math.ceil(position - 0.5);
                case "round_prefer_ceil" -> Math.floor(position + 0.5);
                case "floor" -> Math.floor(position);
                default -> Math.ceil(position);
            };
        }

        /**
         * Half as many weights as there are: one for linear, two for cubic and for linear between whole numbers and beside them, more
         * where a smaller image is smoothed.
         */
        int reach(Axis axis) {
            int own = mode.equals("linear") && (smooth || !mayMissAWhole(axis)) ? 1 : 2;
            return smooth && axis.scale() < 1 ? -(int) Math.floor(-own / axis.scale()) : own;
        }

        /** The weights of the inputs from {@code floor(position) - weights.length / 2 + 1} on. */
        double[] weights(double fraction, Axis axis) {
            int reach = reach(axis);
            double narrower = smooth ? Math.min(1, axis.scale()) : 1;
            double[] weights = new double[2 * reach];
            double sum = 0;
            for (int k = 0; k < weights.length; k++) {
                double distance = Math.abs(k + 1 - reach - fraction) * narrower;
                weights[k] = mode.equals("linear")
                        ? Math.max(0, 1 - distance)
                        : distance <= 1 ? inner(distance) : distance < 2 ? outer(distance) : 0;
                sum += weights[k];
            }
            for (int k = 0; smooth && k < weights.length; k++) {
                weights[k] /= sum;
            }
            return weights;
        }

        /** The sizes of what each weight is computed from: the position where it is in reach, and in 16 bits a cubic's last term. */
        double[] sizes(Axis axis, int output, Datatype arithmetic) {
            double position = position(axis, output);
            double fraction = position - Math.floor(position);
            double size = size(axis, output, arithmetic);
            double[] sizes = new double[2 * reach(axis)];
            for (int k = 0; k < sizes.length; k++) {
                double distance = Math.abs(k + 1 - reach(axis) - fraction);
                boolean isCubic = mode.equals("cubic");
                double last = distance <= 1 ? 1 : 4 * Math.abs(cubic);
                boolean isRounded = isCubic && fraction != 0 && arithmetic == Datatype.BF16;
                sizes[k] = (isCubic || smooth || distance <= 1 ? size : 0) + (isRounded ? last : 0);
            }
            return sizes;
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
            x = axis.isUnchanged() ? x : resized(call.builder(), x, axis, sampling);
            x = sampling.coordinates().equals("tf_crop_and_resize") ? cropped(call.builder(), x, axis, sampling) : x;
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
        double[] regions = regions(call, axes.length);
        double common = bySizes ? commonScale(call, shape, axes, asked) : Double.NaN;
        return IntStream.range(0, axes.length)
                .mapToObj(k -> {
                    int extent = shape.extent(axes[k]);
                    double part = extent * (regions[k + axes.length] - regions[k]);
                    double target = !bySizes
                            ? Math.floor(part * asked[k])
                            : Double.isNaN(common) ? asked[k] : Math.floor(common * extent + 0.5);
                    double scale = !bySizes ? asked[k] : Double.isNaN(common) ? target / extent : common;
                    if (!(target >= 1 && target <= Integer.MAX_VALUE) || extent == 0) {
                        throw Problem.invalid("", "an axis would be empty or too large", target, "from 1 to 2^31 - 1");
                    }
                    return new Axis(axes[k], extent, (int) target, scale, regions[k], regions[k + axes.length]);
                })
                .toList();
    }

    /** Where the parts of the axes begin, and then where they end, for cropping; else all of them. */
    private static double[] regions(Call call, int axes) {
        double[] regions = new double[2 * axes];
        Arrays.fill(regions, axes, 2 * axes, 1);
        boolean crops = call.opset() >= 11
                && call.text("coordinate_transformation_mode", "").equals("tf_crop_and_resize");
        if (crops) {
            double[] given = call.constant(1).values();
            if (given.length != regions.length) {
                throw Problem.invalid("", "input 1 has the wrong length", given.length, regions.length);
            }
            return given;
        }
        return regions;
    }

    /** The scale that all axes share where the ratio of their sizes is kept; NaN where it is not. */
    private static double commonScale(Call call, Shape shape, int[] axes, double[] sizes) {
        String policy = call.opset() < 18
                ? "stretch"
                : call.choice("keep_aspect_ratio_policy", "stretch", "not_larger", "not_smaller");
        if (policy.equals("stretch")) {
            return Double.NaN;
        }
        double[] scales = IntStream.range(0, axes.length)
                .mapToDouble(k -> sizes[k] / shape.extent(axes[k]))
                .toArray();
        return policy.equals("not_larger")
                ? Arrays.stream(scales).min().orElse(1)
                : Arrays.stream(scales).max().orElse(1);
    }

    /** What would be read beyond the edge is a number instead, as TensorFlow's crop has it. */
    private static Node cropped(ProgramBuilder b, Node x, Axis axis, Sampling sampling) {
        double[] inside = new double[axis.target()];
        for (int i = 0; i < inside.length; i++) {
            double position = sampling.position(axis, i);
            inside[i] = position >= 0 && position <= axis.extent() - 1 ? 1 : 0;
        }
        if (Arrays.stream(inside).allMatch(each -> each == 1)) {
            return x;
        }
        int[] column = new int[x.rank() - axis.index()];
        Arrays.fill(column, 1);
        column[0] = axis.target();
        return b.select(b.constant(Tensor.of(Shape.of(column), inside)), x, b.constant(sampling.beyond()));
    }

    private static Tensor scales(Call call) {
        if (call.opset() < 7) {
            double[] scales = {1, 1, call.number("height_scale", 1), call.number("width_scale", 1)};
            return Tensor.vector(scales);
        }
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
        int taps = 2 * sampling.reach(axis);
        double[][] sources = new double[taps][axis.target()];
        double[][] weights = new double[taps][axis.target()];
        double[][] sizes = new double[taps][axis.target()];
        double[][] terms = new double[taps][axis.target()]; // in 16 bits
        for (int i = 0; i < axis.target(); i++) {
            weigh(axis, sampling, i, sources, weights);
            double[] single = sampling.sizes(axis, i, Datatype.FP32);
            double[] half = sampling.sizes(axis, i, Datatype.BF16);
            for (int k = 0; k < taps; k++) {
                sizes[k][i] = single[k];
                terms[k][i] = half[k];
            }
        }
        int[] column = new int[x.rank() - axis.index()];
        Arrays.fill(column, 1);
        column[0] = axis.target();
        Node sum = b.constant(0);
        for (int k = 0; k < taps; k++) {
            Node weight = b.computed(Tensor.of(Shape.of(column), weights[k]), sizes[k], terms[k]);
            sum = b.add(sum, b.multiply(b.gather(x, indices(b, sources[k]), axis.index()), weight));
        }
        return sum;
    }

    /** Fills column {@code output} of sources and weights. */
    private static void weigh(Axis axis, Sampling sampling, int output, double[][] sources, double[][] weights) {
        double position = sampling.position(axis, output);
        double floor = Math.floor(position);
        double[] each = sampling.weights(position - floor, axis);
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
