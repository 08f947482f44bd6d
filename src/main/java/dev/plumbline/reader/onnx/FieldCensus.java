package dev.plumbline.reader.onnx;

import dev.plumbline.problem.Problem;
import java.io.IOException;
import org.nd4j.shade.protobuf.CodedInputStream;
import org.nd4j.shade.protobuf.Descriptors.Descriptor;
import org.nd4j.shade.protobuf.Descriptors.FieldDescriptor;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;
import org.nd4j.shade.protobuf.WireFormat;

/**
 * Counts what a protobuf message would become in memory, before it is parsed: two bytes of an empty message become an
 * object of a hundred, and one byte of a packed integer eight. Nothing is allocated while counting.
 */
final class FieldCensus {

    static final int MOST_FIELDS = 1_000_000;
    static final int MOST_PACKED_INTEGERS = 1 << 24;

    /** Fewer than protobuf's own limit of 100, which its parser keeps anyway. */
    private static final int DEEPEST = 64;

    private int fields;
    private int packedIntegers;

    /** A problem where the message is too large or no message at all. */
    static void require(byte[] message, Descriptor type) throws IOException {
        new FieldCensus().count(CodedInputStream.newInstance(message), type, 0);
    }

    private void count(CodedInputStream in, Descriptor type, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw Problem.limit(
                    "", "this ONNX file is nested too deeply", "more than " + DEEPEST, "at most " + DEEPEST);
        }
        int tag;
        while ((tag = in.readTag()) != 0) {
            if (++fields > MOST_FIELDS) {
                throw Problem.limit(
                        "", "this ONNX file has too many fields", "more than " + MOST_FIELDS, "at most " + MOST_FIELDS);
            }
            int wireType = WireFormat.getTagWireType(tag);
            FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
            if (wireType == WireFormat.WIRETYPE_START_GROUP || wireType == WireFormat.WIRETYPE_END_GROUP) {
                throw new InvalidProtocolBufferException("a group, which ONNX does not have");
            } else if (wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED && field != null) {
                countInside(in, field, depth);
            } else {
                in.skipField(tag);
            }
        }
    }

    private void countInside(CodedInputStream in, FieldDescriptor field, int depth) throws IOException {
        int length = in.readRawVarint32();
        int outer = in.pushLimit(length);
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            count(in, field.getMessageType(), depth + 1);
        } else if (field.isPackable()
                && field.getType() != FieldDescriptor.Type.FLOAT
                && field.getType() != FieldDescriptor.Type.DOUBLE) {
            countPacked(in);
        } else {
            in.skipRawBytes(in.getBytesUntilLimit());
        }
        in.popLimit(outer);
    }

    private void countPacked(CodedInputStream in) throws IOException {
        while (in.getBytesUntilLimit() > 0) {
            in.readRawVarint64();
            if (++packedIntegers > MOST_PACKED_INTEGERS) {
                throw Problem.limit(
                        "",
                        "this ONNX file has too many packed integers",
                        "more than " + MOST_PACKED_INTEGERS,
                        "at most " + MOST_PACKED_INTEGERS + "; raw_data takes less room");
            }
        }
    }
}
