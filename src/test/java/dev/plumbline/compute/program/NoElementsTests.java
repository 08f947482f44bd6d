package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operation of the table of laws with axes of extent 0 in place of others: its shape rule refuses them, or there is a
 * value and a gradient.
 */
class NoElementsTests {

    private static final int COPIES = 3;

    @ParameterizedTest
    @MethodSource("dev.plumbline.compute.program.OperationCases#all")
    void isRefusedOrHasAValueAndAGradient(OperationCase row) {
        for (List<Shape> shapes : withoutElements(row.shapes())) {
            Shape shape;
            try {
                shape = row.op().shape(shapes);
            } catch (Problem refused) {
                continue;
            }
            List<Tensor> inputs =
                    shapes.stream().map(each -> Tensor.filled(each, 0)).toList();
            String what = row + " for " + shapes;
            Tensor output;
            try {
                output = Tensor.of(shape, row.op().value(inputs, shape));
                requireGradients(row.op(), inputs, output);
                requireCopies(row.op(), inputs, output, what);
            } catch (Problem refused) {
                continue; // an index into nothing
            } catch (RuntimeException | AssertionError failure) {
                throw new AssertionError(what, failure);
            }
            assertThat(row.op().cost(shapes, shape)).as(what).isFinite().isNotNegative();
        }
    }

    private static void requireGradients(Op op, List<Tensor> inputs, Tensor output) {
        double[] cotangent = Tensor.filled(output.shape(), 1).values();
        op.pullBack(inputs, output, cotangent, targets(inputs));
        op.pullBackSizes(inputs, output, cotangent, targets(inputs));
    }

    private static double[][] targets(List<Tensor> inputs) {
        return inputs.stream().map(x -> new double[x.size()]).toArray(double[][]::new);
    }

    private static void requireCopies(Op op, List<Tensor> inputs, Tensor output, String what) {
        for (int some = 1; some < 1 << inputs.size(); some++) {
            boolean[] differs = new boolean[inputs.size()];
            List<Tensor> stacked = new ArrayList<>();
            for (int k = 0; k < inputs.size(); k++) {
                differs[k] = (some >> k & 1) != 0;
                Shape own = inputs.get(k).shape();
                stacked.add(Tensor.filled(differs[k] ? own.prepend(COPIES) : own, 0));
            }
            double[] all = op.values(COPIES, stacked, differs, output.shape());
            assertThat(all).as(what).hasSize(COPIES * output.size());
            for (int i = 0; i < all.length; i++) {
                assertThat(all[i]).as(what).isEqualTo(output.at(i % output.size()));
            }
        }
    }

    /** Each axis alone, each two, and all of one extent together, at 0. */
    private static List<List<Shape>> withoutElements(List<Shape> shapes) {
        List<int[]> axes = new ArrayList<>();
        Set<Integer> extents = new TreeSet<>();
        for (int k = 0; k < shapes.size(); k++) {
            for (int axis = 0; axis < shapes.get(k).rank(); axis++) {
                axes.add(new int[] {k, axis});
                extents.add(shapes.get(k).extent(axis));
            }
        }
        List<List<Shape>> changed = new ArrayList<>();
        for (int i = 0; i < axes.size(); i++) {
            for (int j = i; j < axes.size(); j++) {
                changed.add(without(shapes, List.of(axes.get(i), axes.get(j))));
            }
        }
        for (int extent : extents) {
            changed.add(without(
                    shapes,
                    axes.stream()
                            .filter(axis -> shapes.get(axis[0]).extent(axis[1]) == extent)
                            .toList()));
        }
        return changed;
    }

    private static List<Shape> without(List<Shape> shapes, List<int[]> axes) {
        List<int[]> extents =
                new ArrayList<>(shapes.stream().map(Shape::extents).toList());
        axes.forEach(axis -> extents.get(axis[0])[axis[1]] = 0);
        return extents.stream().map(Shape::of).toList();
    }
}
