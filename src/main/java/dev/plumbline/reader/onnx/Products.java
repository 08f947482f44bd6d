package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.List;
import java.util.Map;

/** Products of matrices. */
final class Products {

    private Products() {}

    static void addTo(Map<String, Operator> table) {
        table.put("MatMul", Call.one(call -> call.builder().matmul(call.in(0), call.in(1))));
        table.put("Gemm", Products::gemm);
        table.put("Einsum", Einsum::apply);
    }

    /** {@code alpha A' B' + beta C}. */
    private static List<Value> gemm(Call call) {
        ProgramBuilder b = call.builder();
        for (int i = 0; i < 2; i++) {
            if (call.in(i).rank() != 2) {
                throw Problem.invalid(
                        "", "input " + i + " must be a matrix", call.in(i).shape(), "rank 2");
            }
        }
        Node product = b.matmul(call.in(0), call.flag("transA", false), call.in(1), call.flag("transB", false));
        Shape shape = product.shape();
        if (call.opset() < 7) {
            call.ignore("broadcast"); // C always broadcast as far as its shape allows
        }
        double beta = call.number("beta", 1);
        Node scaled = b.multiply(product, call.number("alpha", 1));
        if (!call.has(2)) {
            return call.result(scaled);
        }
        Node sum = b.add(scaled, b.multiply(call.in(2), beta));
        if (!sum.shape().equals(shape)) {
            throw Problem.invalid(
                    "", "C does not fit the product", call.in(2).shape(), "a shape that broadcasts to " + shape);
        }
        return call.result(sum);
    }
}
