package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Determinants without division (Bird 2011): {@code F <- m(F) A} from F = A on, n - 1 times, and {@code det A = (-1)^(n-1)
 * F_11}, where m(F) keeps what lies above the diagonal and has {@code -(F_(i+1)(i+1) + ... + F_nn)} on it. A polynomial, so
 * its gradient is right for singular matrices too. <b>Bad</b> for large matrices: n^4 operations, and it loses digits.
 */
final class Determinants {

    private static final int LARGEST = 64;

    private Determinants() {}

    static void addTo(Map<String, Operator> table) {
        table.put("Det", Determinants::determinant);
    }

    private static List<Value> determinant(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        int rank = x.rank();
        if (rank < 2 || x.shape().extent(-1) != x.shape().extent(-2)) {
            throw Problem.invalid("", "these are no square matrices", x.shape(), "(..., n, n)");
        }
        int n = x.shape().extent(-1);
        if (n < 1 || n > LARGEST) {
            throw Problem.limit("", "matrices of this size are too large", n, "from 1 to " + LARGEST);
        }
        Node f = x;
        for (int k = 1; k < n; k++) {
            f = b.matmul(above(b, f, n), x);
        }
        Node first = b.slice(b.slice(f, -1, 0, 1, 1), -2, 0, 1, 1);
        Node result = b.reshape(first, Shape.of(Arrays.copyOf(x.shape().extents(), rank - 2)));
        return call.result(n % 2 == 0 ? b.negate(result) : result);
    }

    private static Node above(ProgramBuilder b, Node f, int n) {
        double[] above = new double[n * n];
        double[] below = new double[n * n];
        double[] diagonal = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                above[i * n + j] = j > i ? 1 : 0;
                below[i * n + j] = i > j ? -1 : 0; // the diagonal's elements behind the j-th
                diagonal[i * n + j] = i == j ? 1 : 0;
            }
        }
        Node eye = b.constant(Tensor.of(Shape.of(n, n), diagonal));
        Node own = b.sum(b.multiply(f, eye), f.rank() - 2); // (..., n)
        int[] row = Arrays.copyOf(own.shape().extents(), own.rank() + 1);
        row[own.rank()] = n;
        row[own.rank() - 1] = 1;
        Node behind = b.matmul(b.reshape(own, Shape.of(row)), b.constant(Tensor.of(Shape.of(n, n), below)));
        Node kept = b.multiply(f, b.constant(Tensor.of(Shape.of(n, n), above)));
        return b.select(b.binary(BinaryFunction.EQUAL, eye, b.constant(1)), behind, kept);
    }
}
