package dev.plumbline.library;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import onnx.Onnx.ModelProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;

/** A fixture's model as exporters write it beyond 2 GiB: the graph in one file, the values of its tensors in another. */
record SplitModel(byte[] graph, byte[] weights) {

    static final Path MLP = Path.of("src/test/resources/fixtures/models/sigmoid-mlp/float64");

    static SplitModel of(Path model, String location, long offset) {
        try {
            ModelProto.Builder whole = ModelProto.parseFrom(Files.readAllBytes(model)).toBuilder();
            ByteArrayOutputStream weights = new ByteArrayOutputStream();
            for (TensorProto.Builder tensor : whole.getGraphBuilder().getInitializerBuilderList()) {
                byte[] values = values(tensor);
                entry(tensor, "location", location);
                entry(tensor, "offset", Long.toString(offset + weights.size()));
                entry(tensor, "length", Long.toString(values.length));
                tensor.setDataLocation(TensorProto.DataLocation.EXTERNAL);
                tensor.clearRawData().clearDoubleData();
                weights.writeBytes(values);
            }
            return new SplitModel(whole.build().toByteArray(), weights.toByteArray());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static byte[] values(TensorProto.Builder tensor) {
        if (!tensor.getRawData().isEmpty()) {
            return tensor.getRawData().toByteArray();
        }
        ByteBuffer bytes = ByteBuffer.allocate(8 * tensor.getDoubleDataCount()).order(ByteOrder.LITTLE_ENDIAN);
        tensor.getDoubleDataList().forEach(bytes::putDouble);
        return bytes.array();
    }

    private static void entry(TensorProto.Builder tensor, String key, String value) {
        tensor.addExternalData(StringStringEntryProto.newBuilder().setKey(key).setValue(value));
    }
}
