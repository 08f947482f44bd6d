package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How parameters of the pipeline, the pieces, lie in one tensor of the file: nothing but a rearrangement. */
sealed interface Layout {

    /** The shapes of the pieces. */
    List<Shape> pieces();

    /** The file's tensor, made of its pieces. */
    Node assembled(ProgramBuilder b, List<Node> pieces);

    /** The pieces of the file's tensor. */
    List<Tensor> taken(Tensor stored);

    /** As it is. */
    record Whole(Shape shape) implements Layout {
        @Override
        public List<Shape> pieces() {
            return List.of(shape);
        }

        @Override
        public Node assembled(ProgramBuilder b, List<Node> pieces) {
            return pieces.get(0);
        }

        @Override
        public List<Tensor> taken(Tensor stored) {
            return List.of(stored);
        }
    }

    /** A matrix, transposed: PyTorch multiplies by {@code weight.T}, and folding stores that. */
    record Transposed(Shape stored) implements Layout {
        @Override
        public List<Shape> pieces() {
            return List.of(Shape.of(stored.extent(1), stored.extent(0)));
        }

        @Override
        public Node assembled(ProgramBuilder b, List<Node> pieces) {
            return b.transpose(pieces.get(0), 1, 0);
        }

        @Override
        public List<Tensor> taken(Tensor given) {
            int rows = stored.extent(0);
            int columns = stored.extent(1);
            double[] values = new double[rows * columns];
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    values[j * rows + i] = given.at(i * columns + j);
                }
            }
            return List.of(Tensor.of(pieces().get(0), given.datatype(), values));
        }
    }

    /** The same elements in the same order, with axes of one element more or fewer: a bias as (channels, 1, 1). */
    record Reshaped(Shape stored, Shape piece) implements Layout {

        /** Whether the two differ by such axes only. */
        static boolean fits(Shape stored, Shape piece) {
            return !stored.equals(piece) && Arrays.equals(longer(stored), longer(piece));
        }

        private static int[] longer(Shape shape) {
            return Arrays.stream(shape.extents()).filter(extent -> extent != 1).toArray();
        }

        @Override
        public List<Shape> pieces() {
            return List.of(piece);
        }

        @Override
        public Node assembled(ProgramBuilder b, List<Node> pieces) {
            return b.reshape(pieces.get(0), stored);
        }

        @Override
        public List<Tensor> taken(Tensor given) {
            return List.of(Tensor.of(piece, given.datatype(), given.values()));
        }
    }

    /**
     * A part of a larger parameter, of which the file has the rest elsewhere or nowhere: the queries of an attention's
     * {@code in_proj_weight}, the positions of a table that a sequence reads.
     *
     * @param inner how the part itself lies in the file's tensor: one piece
     * @param whole the parameter's shape
     * @param offset of the part along the axis
     */
    record Part(Layout inner, Shape whole, int axis, int offset) implements Layout {

        @Override
        public List<Shape> pieces() {
            return List.of(whole);
        }

        private Shape part() {
            return inner.pieces().get(0);
        }

        @Override
        public Node assembled(ProgramBuilder b, List<Node> pieces) {
            return inner.assembled(b, List.of(b.slice(pieces.get(0), axis, offset, part().extent(axis), 1)));
        }

        /** The parameter with zeros for the rest. */
        @Override
        public List<Tensor> taken(Tensor stored) {
            Tensor part = inner.taken(stored).get(0);
            double[] values = new double[whole.size()];
            for (int i = 0; i < part.size(); i++) {
                int[] index = part.shape().index(i);
                index[axis] += offset;
                values[flat(index)] = part.at(i);
            }
            return List.of(Tensor.of(whole, stored.datatype(), values));
        }

        private int flat(int[] index) {
            int flat = 0;
            for (int d = 0; d < index.length; d++) {
                flat = flat * whole.extent(d) + index[d];
            }
            return flat;
        }
    }

    /**
     * What the export computed from the parameter, where only that is in the file.
     *
     * @param given the parameter's values, by which it was recognised
     */
    record Viewed(View view, Tensor given) implements Layout {

        @Override
        public List<Shape> pieces() {
            return List.of(given.shape());
        }

        @Override
        public Node assembled(ProgramBuilder b, List<Node> pieces) {
            return view.of(b, pieces.get(0));
        }

        @Override
        public List<Tensor> taken(Tensor stored) {
            return List.of(given);
        }
    }

    /**
     * Gates of recurrent layers, in ONNX's order, directions stacked, biases joined: blocks of {@code units} rows.
     *
     * @param blocks from which rows of which piece each block of the file's tensor comes
     */
    record Gates(Shape stored, int units, List<Shape> pieces, List<Block> blocks) implements Layout {

        record Block(int piece, int gate) {}

        @Override
        public Node assembled(ProgramBuilder b, List<Node> given) {
            List<Node> rows = new ArrayList<>();
            for (Block block : blocks) {
                rows.add(b.slice(given.get(block.piece()), 0, block.gate() * units, units, 1));
            }
            return b.reshape(b.concat(0, rows), stored);
        }

        @Override
        public List<Tensor> taken(Tensor given) {
            int size = given.size() / blocks.size();
            List<double[]> values = new ArrayList<>();
            pieces.forEach(piece -> values.add(new double[piece.size()]));
            for (int k = 0; k < blocks.size(); k++) {
                Block block = blocks.get(k);
                for (int i = 0; i < size; i++) {
                    values.get(block.piece())[block.gate() * size + i] = given.at(k * size + i);
                }
            }
            List<Tensor> taken = new ArrayList<>();
            for (int p = 0; p < values.size(); p++) {
                taken.add(Tensor.of(pieces.get(p), given.datatype(), values.get(p)));
            }
            return taken;
        }
    }
}
