package dev.plumbline.reader.onnx;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.HalfPrecision;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import org.jspecify.annotations.Nullable;

/**
 * Tensors of a file: little-endian {@code raw_data}, or one of the typed lists. Unsigned types become the next larger
 * signed one. 64-bit integers must be numbers that float64 holds exactly, save the largest and smallest few, which files
 * use to say <i>to the end</i> in a slice.
 */
final class TensorReader {

    private static final long EXACT = 1L << 53;
    private static final long NEARLY_ENDLESS = Long.MAX_VALUE - 1;
    private static final int HIGHEST_RANK = 8;

    private TensorReader() {}

    static Tensor read(TensorProto proto, ExternalTensors external) {
        if (proto.hasSegment()) {
            throw Problem.unsupported("", "this tensor comes in segments", "a segment", "a whole tensor");
        }
        Datatype datatype = datatype(proto.getDataType());
        if (datatype == null) {
            throw Problem.unsupported(
                    "",
                    "tensors of this type cannot be read",
                    typeName(proto.getDataType()),
                    "float, double, float16, bfloat16, bool or integers");
        }
        Shape shape = shape(proto.getDimsList());
        if (ExternalTensors.isExternal(proto)) {
            return Tensor.of(shape, datatype, external.read(proto, shape));
        }
        external.count(shape);
        double[] values = proto.getRawData().isEmpty() ? typed(proto, shape) : raw(proto, shape);
        return Tensor.of(shape, datatype, values);
    }

    /** Our datatype of an ONNX element type; null for those that are no numbers, or not known here. */
    static @Nullable Datatype datatype(int elementType) {
        DataType type = DataType.forNumber(elementType);
        if (type == null) {
            return null;
        }
        return switch (type) {
            case FLOAT -> Datatype.FP32;
            case DOUBLE -> Datatype.FP64;
            case FLOAT16 -> Datatype.FP16;
            case BFLOAT16 -> Datatype.BF16;
            case INT8 -> Datatype.INT8;
            case INT16 -> Datatype.INT16;
            case INT32, UINT16 -> Datatype.INT32;
            case INT64, UINT32, UINT64 -> Datatype.INT64;
            case UINT8 -> Datatype.UINT8;
            case BOOL -> Datatype.BOOL;
            default -> null;
        };
    }

    static String typeName(int elementType) {
        DataType type = DataType.forNumber(elementType);
        return type == null ? "element type " + elementType : type.name().toLowerCase(Locale.ROOT);
    }

    /** Attributes' lists of integers, with the same care for their size. */
    static Tensor integers(List<Long> list) {
        double[] values = new double[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = exact(list.get(i));
        }
        return Tensor.of(Shape.of(values.length), Datatype.INT64, values);
    }

    static Tensor floats(List<Float> list) {
        double[] values = new double[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = list.get(i);
        }
        return Tensor.of(Shape.of(values.length), Datatype.FP32, values);
    }

    static Shape shape(List<Long> dims) {
        long[] extents = dims.stream().mapToLong(Long::longValue).toArray();
        if (extents.length > HIGHEST_RANK) {
            throw Problem.limit("", "this tensor has too many axes", extents.length, "at most " + HIGHEST_RANK);
        }
        if (!Shape.fits(extents)) {
            throw Problem.invalid(
                    "", "these are no extents of a tensor", dims, "none negative, at most 2^31 - 1 elements");
        }
        return Shape.of(dims.stream().mapToInt(Long::intValue).toArray());
    }

    private static double[] typed(TensorProto proto, Shape shape) {
        DataType type = DataType.forNumber(proto.getDataType());
        int count =
                switch (type) {
                    case FLOAT -> proto.getFloatDataCount();
                    case DOUBLE -> proto.getDoubleDataCount();
                    case INT64 -> proto.getInt64DataCount();
                    case UINT32, UINT64 -> proto.getUint64DataCount();
                    default -> proto.getInt32DataCount();
                };
        if (count != shape.size()) {
            throw Problem.invalid(
                    "",
                    "the number of values does not fit the shape " + shape,
                    count + " values",
                    shape.size() + " values");
        }
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = switch (type) {
                case FLOAT -> proto.getFloatData(i);
                case DOUBLE -> proto.getDoubleData(i);
                case INT64 -> exact(proto.getInt64Data(i));
                case UINT32, UINT64 -> exactUnsigned(proto.getUint64Data(i));
                case FLOAT16 -> HalfPrecision.fromFloat16((short) proto.getInt32Data(i));
                case BFLOAT16 -> HalfPrecision.fromBfloat16((short) proto.getInt32Data(i));
                case BOOL -> proto.getInt32Data(i) == 0 ? 0 : 1;
                default -> proto.getInt32Data(i);
            };
        }
        return values;
    }

    private static double[] raw(TensorProto proto, Shape shape) {
        DataType type = DataType.forNumber(proto.getDataType());
        ByteBuffer bytes = proto.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        long expected = (long) bytes(type) * shape.size();
        if (bytes.remaining() != expected) {
            throw Problem.invalid(
                    "",
                    "the number of bytes does not fit the shape " + shape,
                    bytes.remaining() + " bytes",
                    expected + " bytes");
        }
        double[] values = new double[shape.size()];
        decode(bytes, type, values, 0, values.length);
        return values;
    }

    /** The next {@code count} numbers into {@code values}, from {@code start} on. */
    static void decode(ByteBuffer bytes, DataType type, double[] values, int start, int count) {
        for (int i = start; i < start + count; i++) {
            values[i] = switch (type) {
                case FLOAT -> bytes.getFloat();
                case DOUBLE -> bytes.getDouble();
                case FLOAT16 -> HalfPrecision.fromFloat16(bytes.getShort());
                case BFLOAT16 -> HalfPrecision.fromBfloat16(bytes.getShort());
                case INT64 -> exact(bytes.getLong());
                case UINT64 -> exactUnsigned(bytes.getLong());
                case INT32 -> bytes.getInt();
                case UINT32 -> Integer.toUnsignedLong(bytes.getInt());
                case INT16 -> bytes.getShort();
                case UINT16 -> Short.toUnsignedInt(bytes.getShort());
                case INT8 -> bytes.get();
                case UINT8 -> Byte.toUnsignedInt(bytes.get());
                default -> bytes.get() == 0 ? 0 : 1;
            };
        }
    }

    static int bytes(DataType type) {
        return switch (type) {
            case DOUBLE, INT64, UINT64 -> 8;
            case FLOAT, INT32, UINT32 -> 4;
            case FLOAT16, BFLOAT16, INT16, UINT16 -> 2;
            default -> 1;
        };
    }

    private static double exact(long value) {
        if (Math.abs(value) > EXACT && value < NEARLY_ENDLESS && value > -NEARLY_ENDLESS) {
            throw Problem.unsupported(
                    "", "float64 does not hold this integer", value, "integers of at most 2^53 in size");
        }
        return value;
    }

    private static double exactUnsigned(long value) {
        return value < 0 ? exact(EXACT + 1) : exact(value);
    }
}
