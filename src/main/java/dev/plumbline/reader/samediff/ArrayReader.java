package dev.plumbline.reader.samediff;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.HalfPrecision;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.graph.DType;
import org.nd4j.graph.FlatArray;

/**
 * Arrays of a file. Their shape is ND4J's shape information: the rank r, r extents, r strides, flags, the stride of the
 * elements, and the letter of the order; only whole arrays in row- or column-major order are read.
 */
final class ArrayReader {

    private static final int HIGHEST_RANK = 8;
    private static final int BIG_ENDIAN = org.nd4j.graph.ByteOrder.BE;

    private final double mostBytes;
    private double bytes;

    ArrayReader(double mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** Our datatype; null for those that are no numbers here. */
    static @Nullable Datatype datatype(int type) {
        return switch (type) {
            case DType.DOUBLE -> Datatype.FP64;
            case DType.FLOAT -> Datatype.FP32;
            case DType.HALF -> Datatype.FP16;
            case DType.BFLOAT16 -> Datatype.BF16;
            case DType.INT8 -> Datatype.INT8;
            case DType.INT16 -> Datatype.INT16;
            case DType.INT32 -> Datatype.INT32;
            case DType.INT64 -> Datatype.INT64;
            case DType.UINT8 -> Datatype.UINT8;
            case DType.BOOL -> Datatype.BOOL;
            default -> null;
        };
    }

    Tensor read(@Nullable FlatArray array, String pointer) {
        if (array == null) {
            throw Problem.malformed(pointer, "this has no value", "nothing", "an array");
        }
        try {
            return read(array);
        } catch (Problem problem) {
            throw problem.within(pointer);
        }
    }

    private Tensor read(FlatArray array) {
        Datatype datatype = datatype(array.dtype());
        if (datatype == null) {
            throw Problem.unsupported(
                    "", "arrays of this type cannot be read", "type " + array.dtype(), "floats, integers or bool");
        }
        long rank = array.shapeLength() == 0 ? -1 : array.shape(0);
        if (rank < 0 || rank > HIGHEST_RANK || array.shapeLength() != 2 * rank + 4) {
            throw Problem.malformed(
                    "",
                    "the shape of an array is broken",
                    array.shapeLength() + " numbers",
                    "rank, extents, strides and 3");
        }
        long[] extents = new long[(int) rank];
        for (int axis = 0; axis < rank; axis++) {
            extents[axis] = array.shape(1 + axis);
        }
        if (!Shape.fits(extents)) {
            throw Problem.invalid("", "no tensor has this shape", Arrays.toString(extents), "fewer elements");
        }
        int[] fitting = new int[extents.length];
        for (int axis = 0; axis < fitting.length; axis++) {
            fitting[axis] = (int) extents[axis];
        }
        return values(array, Shape.of(fitting), datatype);
    }

    private Tensor values(FlatArray array, Shape shape, Datatype datatype) {
        long expected = (long) shape.size() * datatype.bytes();
        if (array.bufferLength() != expected) {
            throw Problem.malformed(
                    "",
                    "the number of bytes does not fit the shape " + shape,
                    array.bufferLength() + " bytes",
                    expected + " bytes");
        }
        bytes += 8.0 * shape.size();
        if (bytes > mostBytes) {
            throw Problem.cost(
                    "",
                    "the arrays of this model need too much memory",
                    (long) bytes + " bytes up to here",
                    "at most " + (long) mostBytes + " bytes (plumbline.limits.bytes)");
        }
        double[] values = new double[shape.size()];
        if (values.length > 0) {
            ByteBuffer buffer = array.bufferAsByteBuffer();
            buffer.order(array.byteOrder() == BIG_ENDIAN ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
            decode(buffer, datatype, values);
        }
        for (double value : values) {
            if (datatype == Datatype.INT64 && !datatype.holds(value)) {
                throw Problem.unsupported("", "float64 does not hold this integer", value, datatype.range());
            }
        }
        boolean columns = isColumnMajor(array, shape);
        return Tensor.of(shape, datatype, columns ? rowMajor(values, shape) : values);
    }

    private static boolean isColumnMajor(FlatArray array, Shape shape) {
        int[] rows = shape.strides();
        boolean row = true;
        boolean column = true;
        long stride = 1;
        for (int axis = 0; axis < shape.rank(); axis++) {
            long given = array.shape(1 + shape.rank() + axis);
            boolean matters = shape.extent(axis) > 1;
            row &= !matters || given == rows[axis];
            column &= !matters || given == stride;
            stride *= Math.max(1, shape.extent(axis));
        }
        if (!row && !column && shape.size() > 1) {
            throw Problem.unsupported(
                    "", "this array is a view", "strides with gaps", "a whole array, as dup() makes it");
        }
        return !row && column;
    }

    private static double[] rowMajor(double[] columns, Shape shape) {
        double[] rows = new double[columns.length];
        for (int i = 0; i < rows.length; i++) {
            int[] index = shape.index(i);
            int place = 0;
            for (int axis = shape.rank() - 1; axis >= 0; axis--) {
                place = place * shape.extent(axis) + index[axis];
            }
            rows[i] = columns[place];
        }
        return rows;
    }

    private static void decode(ByteBuffer buffer, Datatype datatype, double[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (datatype) {
                case FP64 -> buffer.getDouble();
                case FP32 -> buffer.getFloat();
                case FP16 -> HalfPrecision.fromFloat16(buffer.getShort());
                case BF16 -> HalfPrecision.fromBfloat16(buffer.getShort());
                case INT8 -> buffer.get();
                case INT16 -> buffer.getShort();
                case INT32 -> buffer.getInt();
                case INT64 -> buffer.getLong();
                case UINT8 -> buffer.get() & 0xff;
                case BOOL -> buffer.get() == 0 ? 0 : 1;
            };
        }
    }
}
