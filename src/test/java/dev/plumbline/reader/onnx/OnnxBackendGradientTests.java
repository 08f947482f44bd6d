package dev.plumbline.reader.onnx;

import static dev.plumbline.reader.onnx.OnnxNetworksTests.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Asked;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The gradient of every operator on the inputs of ONNX's backend tests: all float inputs that may be parameters are, the
 * outputs get a random cotangent, and along three random directions {@code g d} must be the difference quotient that
 * Richardson's extrapolation gives, to 1e-6 of the sizes of its terms. Where the quotients do not converge, on a kink or a
 * step, once more a little beside the inputs.
 */
@NullUnmarked
class OnnxBackendGradientTests {

    private static final int DIRECTIONS = 3;
    private static final double TOLERANCE = 1e-6;

    /** Where the quotients converge neither at the inputs nor beside them. */
    private static final Map<String, String> KINKS = Map.of(
            "pytorch-operator/test_operator_pow", "negative numbers have no real power",
            "pytorch-operator/test_operator_sqrt", "negative numbers have no root",
            "node/test_acosh_example", "a pole at 1, and nothing below",
            "node/test_pow", "a base of 0, and nothing below");

    enum Result {
        /** The derivative is the quotient. */
        AGREES,
        /** It is not. */
        DIFFERS,
        /** Nothing depends on a float input so that it has a derivative. */
        NOTHING,
        /** The quotients do not converge, here or beside: a kink, a step, a pole. */
        KINK,
        /** Rounding passes its derivative straight through, which no difference sees. */
        STRAIGHT_THROUGH,
        /** The float inputs must be known: sizes, bounds, boxes. */
        KNOWN
    }

    @ParameterizedTest
    @CsvSource({"simple, 14", "pytorch-converted, 82", "pytorch-operator, 32", "node, 637"})
    void gradientsAreWhatDifferencesSay(String kind, int agreeing) {
        List<BackendCase> all = BackendCase.all(kind);
        assumeTrue(!all.isEmpty(), "not installed: apt-get install libonnx-testdata");
        Map<Result, Integer> counts = new TreeMap<>();
        Map<Result, List<String>> names = new TreeMap<>();
        for (BackendCase each : all) {
            if (each.otherwise() == null && each.outcome().equals("right")) {
                Result result = check(each);
                counts.merge(result, 1, Integer::sum);
                names.computeIfAbsent(result, key -> new ArrayList<>()).add(each.name());
            }
        }
        assertThat(names.getOrDefault(Result.DIFFERS, List.of())).isEmpty();
        assertThat(KINKS.keySet()).as(kind + " " + counts).containsAll(names.getOrDefault(Result.KINK, List.of()));
        assertThat(counts.get(Result.AGREES)).as(kind + " " + counts).isGreaterThanOrEqualTo(agreeing);
    }

    private static Result check(BackendCase each) {
        if (each.model().getGraph().getNodeList().stream()
                .anyMatch(node -> node.getOpType().equals("QuantizeLinear"))) {
            return Result.STRAIGHT_THROUGH;
        }
        Map<String, Tensor> data = new LinkedHashMap<>(each.data());
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        data.forEach((name, tensor) -> {
            if (tensor.datatype().isFloat() && tensor.firstNonFinite() < 0) {
                parameters.put(name, tensor);
            }
        });
        Program program = program(each, parameters, data);
        if (program == null) {
            for (String name : List.copyOf(parameters.keySet())) {
                if (program(each, Map.of(name, parameters.get(name)), data) == null) {
                    parameters.remove(name);
                }
            }
            program = parameters.isEmpty() ? null : program(each, parameters, data);
        }
        if (program == null) {
            return Result.KNOWN;
        }
        Result result = check(program, data, 0);
        return result == Result.KINK ? check(program, data, 0.013) : result;
    }

    /** The program with these inputs as parameters; null where that is refused. */
    private static Program program(BackendCase each, Map<String, Tensor> parameters, Map<String, Tensor> inputs) {
        Map<String, Tensor> data = new LinkedHashMap<>(inputs);
        data.keySet().removeAll(parameters.keySet());
        Map<String, Shape> given = new LinkedHashMap<>();
        parameters.forEach((name, tensor) -> given.put(name, tensor.shape()));
        Map<String, Shape> shapes = new LinkedHashMap<>();
        data.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        ProgramBuilder builder = new ProgramBuilder();
        try {
            OnnxModel.read(bytes(each.folder().resolve("model.onnx")))
                    .appendTo(builder, new Asked(given, shapes, Map.of(), parameters, Map.of(), data, Set.of()));
        } catch (Problem refused) {
            return null;
        }
        SplittableRandom random = new SplittableRandom(11);
        Node sum = builder.constant(0);
        List<Tensor> expected = each.tensors("output");
        List<Node> outputs = List.copyOf(builder.outputs().values());
        for (int i = 0; i < outputs.size(); i++) {
            Node output = outputs.get(i);
            if (!expected.get(i).datatype().isFloat()) {
                continue; // integers are steps
            }
            Tensor cotangent = random(random, output.shape());
            sum = builder.add(sum, builder.sum(builder.multiply(output, builder.constant(cotangent))));
        }
        return builder.output("sum of all", sum).build();
    }

    static Tensor random(SplittableRandom random, Shape shape) {
        double[] values = new double[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextDouble(-1, 1);
        }
        return Tensor.of(shape, values);
    }

    static Result check(Program program, Map<String, Tensor> data, double beside) {
        SplittableRandom random = new SplittableRandom(7);
        Map<String, Tensor> point = new HashMap<>(program.initial());
        point.putAll(data);
        program.parameters().forEach((name, node) -> {
            Tensor at = point.get(name);
            Tensor shift = random(random, at.shape());
            point.put(name, at.map(x -> x)); // a copy in float64
            for (int i = 0; i < at.size(); i++) {
                point.get(name).values()[i] = at.at(i) + beside * shift.at(i);
            }
        });
        Node sum = program.output("sum of all");
        if (program.parameters().isEmpty()) {
            return Result.NOTHING;
        }
        Map<String, Tensor> gradient = program.evaluate(point).gradient(sum).byParameter();
        boolean any = false;
        for (int k = 0; k < DIRECTIONS; k++) {
            Map<String, Tensor> direction = new LinkedHashMap<>();
            double product = 0;
            double sizes = 0;
            for (String name : program.parameters().keySet()) {
                Tensor d = random(random, point.get(name).shape());
                direction.put(name, d);
                for (int i = 0; i < d.size(); i++) {
                    double term = gradient.get(name).at(i) * d.at(i);
                    product += term;
                    sizes += Math.abs(term);
                }
            }
            any |= sizes > 0;
            double value = Math.abs(program.evaluate(point).value(sum).item());
            double[] quotient = quotient(program, point, direction);
            double scale = Math.max(sizes, 1e-3 * value) + 1e-6;
            if (!(quotient[1] <= TOLERANCE / 3 * scale && quotient[2] <= 1e-4 * scale)) {
                return Result.KINK;
            }
            if (!(Math.abs(quotient[0] - product) <= TOLERANCE * scale)) {
                return Result.DIFFERS;
            }
        }
        return any ? Result.AGREES : Result.NOTHING;
    }

    /** Richardson's extrapolation of central differences, how far its last steps lie apart, and the two sides. */
    private static double[] quotient(Program program, Map<String, Tensor> point, Map<String, Tensor> direction) {
        double[] best = {Double.NaN, Double.POSITIVE_INFINITY, 0};
        double bend = Double.POSITIVE_INFINITY; // of second order where there is none
        double middle = value(program, point, direction, 0);
        for (double h = 0x1p-6; h >= 0x1p-16; h /= 4) {
            double f2 = value(program, point, direction, h);
            double b2 = value(program, point, direction, -h);
            double f1 = value(program, point, direction, h / 2);
            double b1 = value(program, point, direction, -h / 2);
            double fine = (f1 - b1) / h;
            double coarse = (f2 - b2) / (2 * h);
            double central = fine + (fine - coarse) / 3;
            double forward = 2 * (f1 - middle) / (h / 2) - (f2 - middle) / h;
            double backward = 2 * (middle - b1) / (h / 2) - (middle - b2) / h;
            bend = Math.min(bend, Math.abs(forward - backward));
            double apart = Math.abs(central - fine);
            if (apart < best[1]) {
                best = new double[] {central, apart, 0};
            }
        }
        best[2] = bend;
        return best;
    }

    private static double value(
            Program program, Map<String, Tensor> point, Map<String, Tensor> direction, double step) {
        Map<String, Tensor> moved = new HashMap<>(point);
        direction.forEach((name, d) -> {
            Tensor at = point.get(name);
            double[] values = new double[at.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = at.at(i) + step * d.at(i);
            }
            moved.put(name, Tensor.of(at.shape(), values));
        });
        return program.evaluate(moved).value(program.output("sum of all")).item();
    }
}
