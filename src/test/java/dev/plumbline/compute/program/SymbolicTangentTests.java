package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tangent of every operation as a program, held against its pull-back, and differentiated once more. */
class SymbolicTangentTests {

    private static final String ROWS = "dev.plumbline.compute.program.OperationCases#all";
    private static final double MOST = 1e8;
    private static final String OUT = "out";

    /** A row as a program: its smooth inputs are parameters x0, x1, ..., the others data. */
    private static Products products(OperationCase row) {
        ProgramBuilder b = new ProgramBuilder();
        Map<String, Tensor> point = new HashMap<>();
        List<Node> inputs = new ArrayList<>();
        for (int k = 0; k < row.inputs().size(); k++) {
            Tensor x = row.inputs().get(k);
            point.put("x" + k, x);
            inputs.add(row.smooth().contains(k) ? b.parameter("x" + k, x.shape()) : b.data("x" + k, x.shape()));
        }
        Node y = b.apply(row.op(), inputs.toArray(Node[]::new));
        return Products.of(b.output(OUT, y).build(), point, MOST, made -> {});
    }

    private static Map<String, Tensor> direction(OperationCase row, long seed) {
        Map<String, Tensor> direction = new LinkedHashMap<>();
        row.smooth().stream()
                .sorted()
                .forEach(k -> direction.put(
                        "x" + k,
                        Samples.normal(seed + k, row.inputs().get(k).shape().extents())));
        return direction;
    }

    private static double dot(Map<String, Tensor> a, Map<String, Tensor> c) {
        double sum = 0;
        for (Map.Entry<String, Tensor> each : c.entrySet()) {
            Tensor other = Objects.requireNonNull(a.get(each.getKey()));
            for (int i = 0; i < other.size(); i++) {
                sum += other.at(i) * each.getValue().at(i);
            }
        }
        return sum;
    }

    private static double sizes(Map<String, Tensor> a, Map<String, Tensor> c) {
        return dot(absolute(a), absolute(c));
    }

    private static Map<String, Tensor> absolute(Map<String, Tensor> tensors) {
        Map<String, Tensor> sizes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> sizes.put(name, tensor.map(Math::abs)));
        return sizes;
    }

    /** {@code <v, J u> = <J' v, u>}. */
    @ParameterizedTest
    @MethodSource(ROWS)
    void tangentIsTheAdjointOfThePullBack(OperationCase row) {
        Products products = products(row);
        Map<String, Tensor> u = direction(row, 11);
        Map<String, Tensor> v = Map.of(OUT, row.cotangent(29));
        Map<String, Tensor> pulled =
                products.pulledBack(v, u.keySet()).gradient().byParameter();
        Objective forward = products.pushedForward(u, Set.of(OUT));
        double left = forward == null ? 0 : dot(forward.gradient().byParameter(), v);
        double right = dot(pulled, u);
        assertThat(Math.abs(left - right)).isLessThanOrEqualTo(1e-13 * sizes(pulled, u));
    }

    /** {@code H u} of {@code s^2 + sin(s)}, {@code s = <v, y(x)>}, against differences of its gradient, and {@code <w, H u> = <u, H w>}. */
    @ParameterizedTest
    @MethodSource(ROWS)
    void slopeIsDifferentiatedOnceMore(OperationCase row) {
        ProgramBuilder b = new ProgramBuilder();
        Map<String, Tensor> point = new HashMap<>();
        List<Node> inputs = new ArrayList<>();
        for (int k = 0; k < row.inputs().size(); k++) {
            Tensor x = row.inputs().get(k);
            point.put("x" + k, x);
            inputs.add(row.smooth().contains(k) ? b.parameter("x" + k, x.shape()) : b.data("x" + k, x.shape()));
        }
        Node y = b.apply(row.op(), inputs.toArray(Node[]::new));
        Node s = b.sum(b.multiply(y, b.constant(row.cotangent(29))));
        Node f = b.add(b.square(s), b.unary(UnaryFunction.SIN, s));
        Program program = b.output(OUT, f).build();
        Products products = Products.of(program, point, MOST, made -> {});
        Map<String, Tensor> u = direction(row, 11);
        Map<String, Tensor> w = direction(row, 101);
        if (u.isEmpty()
                || !Double.isFinite(products.base().value(program.output(OUT)).item())) {
            return; // nothing to differentiate by, or a maximum over padding alone
        }
        Map<String, Tensor> bent = bent(products, u);
        Map<String, Tensor> other = bent(products, w);
        double scale = sizes(bent, w) + sizes(other, u);
        assertThat(Math.abs(dot(bent, w) - dot(other, u))).isLessThanOrEqualTo(1e-12 * scale);
        double h = 1e-5;
        Map<String, Tensor> ahead = gradient(program, point, u, h);
        Map<String, Tensor> behind = gradient(program, point, u, -h);
        bent.forEach((name, product) -> {
            double size =
                    product.norm() + Objects.requireNonNull(ahead.get(name)).norm();
            for (int i = 0; i < product.size(); i++) {
                double slope = (Objects.requireNonNull(ahead.get(name)).at(i)
                                - Objects.requireNonNull(behind.get(name)).at(i))
                        / (2 * h);
                assertThat(Math.abs(product.at(i) - slope)).isLessThanOrEqualTo(1e-7 * (1 + size));
            }
        });
    }

    private static Map<String, Tensor> bent(Products products, Map<String, Tensor> u) {
        Objective slope = products.slope(OUT, u, u.keySet());
        if (slope == null) {
            Map<String, Tensor> zeros = new LinkedHashMap<>();
            u.forEach((name, tensor) -> zeros.put(name, Tensor.zeros(tensor.shape())));
            return zeros;
        }
        return slope.gradient().byParameter();
    }

    private static Map<String, Tensor> gradient(
            Program program, Map<String, Tensor> point, Map<String, Tensor> u, double h) {
        Map<String, Tensor> moved = new HashMap<>(point);
        u.forEach((name, direction) -> {
            Tensor x = Objects.requireNonNull(point.get(name));
            double[] values = x.values().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] += h * direction.at(i);
            }
            moved.put(name, Tensor.of(x.shape(), values));
        });
        return new Objective(program, program.output(OUT), moved).gradient().byParameter();
    }
}
