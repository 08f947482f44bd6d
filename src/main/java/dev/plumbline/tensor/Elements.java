package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;

/** The values of a tensor as the bytes of its datatype, and back: the payload of safetensors and npy. */
final class Elements {

    private static final int CHUNK = 8192;

    private Elements() {}

    /** All of {@code bytes}, in the buffer's byte order, as float64. */
    static double[] decode(ByteBuffer bytes, Datatype datatype) {
        double[] values = new double[bytes.remaining() / datatype.bytes()];
        decode(bytes, datatype, values, 0);
        return values;
    }

    /** All of {@code bytes} into {@code values}, from {@code start} on. */
    static void decode(ByteBuffer bytes, Datatype datatype, double[] values, int start) {
        int length = bytes.remaining() / datatype.bytes();
        int end = start + length;
        switch (datatype) {
            case FP64 -> bytes.asDoubleBuffer().get(values, start, length);
            case FP32 -> decodeFloats(bytes.asFloatBuffer(), values, start);
            case FP16, BF16, INT16 -> decodeShorts(bytes.asShortBuffer(), datatype, values, start);
            case INT32 -> {
                IntBuffer ints = bytes.asIntBuffer();
                for (int i = start; i < end; i++) {
                    values[i] = ints.get(i - start);
                }
            }
            case INT64 -> {
                LongBuffer longs = bytes.asLongBuffer();
                for (int i = start; i < end; i++) {
                    values[i] = longs.get(i - start);
                }
            }
            case INT8, UINT8, BOOL -> {
                int mask = datatype == Datatype.INT8 ? -1 : 0xff;
                for (int i = start; i < end; i++) {
                    values[i] = bytes.get(bytes.position() + i - start) & mask;
                }
            }
        }
    }

    /** All of {@code bytes}, of a float type, rounded into {@code values} from {@code start} on. */
    static void decode(ByteBuffer bytes, Datatype datatype, float[] values, int start) {
        if (datatype == Datatype.FP32) {
            bytes.asFloatBuffer().get(values, start, bytes.remaining() / Float.BYTES);
            return;
        }
        double[] wide = decode(bytes, datatype);
        for (int i = 0; i < wide.length; i++) {
            values[start + i] = (float) wide[i];
        }
    }

    private static void decodeFloats(FloatBuffer floats, double[] values, int from) {
        float[] chunk = new float[Math.min(CHUNK, floats.remaining())];
        int position = from;
        while (floats.hasRemaining()) {
            int length = Math.min(chunk.length, floats.remaining());
            floats.get(chunk, 0, length);
            for (int i = 0; i < length; i++) {
                values[position + i] = chunk[i];
            }
            position += length;
        }
    }

    private static void decodeShorts(ShortBuffer shorts, Datatype datatype, double[] values, int start) {
        for (int i = 0; i < shorts.limit(); i++) {
            short bits = shorts.get(i);
            values[start + i] = switch (datatype) {
                case FP16 -> HalfPrecision.fromFloat16(bits);
                case BF16 -> HalfPrecision.fromBfloat16(bits);
                default -> bits;
            };
        }
    }

    /** A file may hold bytes that are no number of its datatype: a truth value of 2, an integer beyond 2^53. */
    static Tensor tensor(Shape shape, Datatype datatype, double[] values) {
        requireHeld(shape, datatype, 0, values, values.length);
        return Tensor.of(shape, datatype, values);
    }

    /** @param from the position of the first of {@code count} values */
    static void requireHeld(Shape shape, Datatype datatype, int from, double[] values, int count) {
        if (datatype != Datatype.INT64 && datatype != Datatype.BOOL) {
            return;
        }
        for (int i = 0; i < count; i++) {
            if (!datatype.holds(values[i])) {
                throw Problem.invalid(
                        pointer(shape, from + i),
                        "the value at " + Shape.of(shape.index(from + i)) + " is out of the range of " + datatype,
                        text(values[i]) + " (as float64)",
                        datatype.range());
            }
        }
    }

    /** A value as people write it: 300, not 300.0 or 3.0E2. */
    static String text(double value) {
        boolean integer = value == Math.rint(value) && Math.abs(value) < 0x1p63;
        return integer ? Long.toString((long) value) : Double.toString(value);
    }

    /** The JSON pointer of an element, given its row-major position. */
    static String pointer(Shape shape, int position) {
        StringBuilder pointer = new StringBuilder();
        for (int index : shape.index(position)) {
            pointer.append('/').append(index);
        }
        return pointer.toString();
    }

    /** The little-endian bytes of all values, row-major. */
    static void write(Tensor tensor, OutputStream out) throws IOException {
        int bytes = tensor.datatype().bytes();
        ByteBuffer chunk =
                ByteBuffer.allocate(Math.min(CHUNK, tensor.size()) * bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int start = 0; start < tensor.size(); start += CHUNK) {
            int end = Math.min(start + CHUNK, tensor.size());
            for (int i = start; i < end; i++) {
                put(tensor.at(i), tensor.datatype(), chunk);
            }
            out.write(chunk.array(), 0, chunk.position());
            chunk.clear();
        }
    }

    /** The little-endian bytes of float32 values. */
    static void write(float[] values, OutputStream out) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(Math.min(CHUNK, values.length) * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int start = 0; start < values.length; start += CHUNK) {
            int length = Math.min(CHUNK, values.length - start);
            chunk.asFloatBuffer().put(values, start, length);
            out.write(chunk.array(), 0, length * Float.BYTES);
        }
    }

    private static void put(double value, Datatype datatype, ByteBuffer bytes) {
        switch (datatype) {
            case FP64 -> bytes.putDouble(value);
            case FP32 -> bytes.putFloat((float) value);
            case FP16 -> bytes.putShort(HalfPrecision.toFloat16(value));
            case BF16 -> bytes.putShort(HalfPrecision.toBfloat16(value));
            case INT64 -> bytes.putLong((long) value);
            case INT32 -> bytes.putInt((int) value);
            case INT16 -> bytes.putShort((short) value);
            case INT8, UINT8, BOOL -> bytes.put((byte) (int) value);
        }
    }
}
