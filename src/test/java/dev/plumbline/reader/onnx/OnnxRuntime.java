package dev.plumbline.reader.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullUnmarked;

/** A file in Microsoft's ONNX Runtime, the evaluator that ours is held against. */
@NullUnmarked
final class OnnxRuntime implements AutoCloseable {

    private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

    private final OrtSession session;

    OnnxRuntime(byte[] file) throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(1);
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT); // its fusions are for float32
        options.setSessionLogLevel(ai.onnxruntime.OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        session = ENVIRONMENT.createSession(file, options);
    }

    /** The given data, and for inputs beside it random numbers of the shape that the file declares. */
    Map<String, Tensor> data(Map<String, Tensor> given) throws OrtException {
        SplittableRandom random = new SplittableRandom(3);
        Map<String, Tensor> data = new LinkedHashMap<>();
        for (Map.Entry<String, NodeInfo> input : session.getInputInfo().entrySet()) {
            TensorInfo info = (TensorInfo) input.getValue().getInfo();
            Tensor tensor = given.get(input.getKey());
            data.put(input.getKey(), tensor == null ? random(info, random) : tensor);
        }
        return data;
    }

    private static Tensor random(TensorInfo info, SplittableRandom random) {
        int[] extents = Arrays.stream(info.getShape())
                .mapToInt(extent -> extent < 0 ? 3 : (int) extent)
                .toArray();
        Shape shape = Shape.of(extents);
        boolean isFloat = info.type == OnnxJavaType.FLOAT || info.type == OnnxJavaType.DOUBLE;
        double[] values = random.doubles(shape.size(), -2, 2)
                .map(v -> isFloat ? (float) v : Math.abs(v) >= 1 ? 1 : 0)
                .toArray();
        return Tensor.of(shape, isFloat ? Datatype.FP32 : Datatype.INT64, values);
    }

    Map<String, Tensor> outputs(Map<String, Tensor> data) throws OrtException {
        Map<String, OnnxTensorLike> inputs = new LinkedHashMap<>();
        for (Map.Entry<String, NodeInfo> input : session.getInputInfo().entrySet()) {
            TensorInfo info = (TensorInfo) input.getValue().getInfo();
            inputs.put(input.getKey(), given(data.get(input.getKey()), info.type));
        }
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        try (OrtSession.Result result = session.run(inputs)) {
            for (Map.Entry<String, OnnxValue> output : result) {
                if (output.getValue() instanceof OnnxTensor tensor) {
                    outputs.put(output.getKey(), taken(tensor));
                }
            }
        } finally {
            inputs.values().forEach(OnnxTensorLike::close);
        }
        return outputs;
    }

    private static OnnxTensor given(Tensor tensor, OnnxJavaType type) throws OrtException {
        long[] shape = Arrays.stream(tensor.shape().extents()).asLongStream().toArray();
        double[] values = tensor.values();
        return switch (type) {
            case DOUBLE -> OnnxTensor.createTensor(ENVIRONMENT, DoubleBuffer.wrap(values), shape);
            case INT64 ->
                OnnxTensor.createTensor(
                        ENVIRONMENT,
                        LongBuffer.wrap(
                                Arrays.stream(values).mapToLong(v -> (long) v).toArray()),
                        shape);
            case INT32 ->
                OnnxTensor.createTensor(
                        ENVIRONMENT,
                        IntBuffer.wrap(
                                Arrays.stream(values).mapToInt(v -> (int) v).toArray()),
                        shape);
            case BOOL, UINT8, INT8 -> {
                byte[] bytes = new byte[values.length];
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) values[i];
                }
                yield OnnxTensor.createTensor(ENVIRONMENT, ByteBuffer.wrap(bytes), shape, type);
            }
            case FLOAT -> {
                float[] floats = new float[values.length];
                for (int i = 0; i < floats.length; i++) {
                    floats[i] = (float) values[i];
                }
                yield OnnxTensor.createTensor(ENVIRONMENT, FloatBuffer.wrap(floats), shape);
            }
            default -> throw new UnsupportedOperationException("inputs of type " + type);
        };
    }

    private static Tensor taken(OnnxTensor tensor) {
        TensorInfo info = tensor.getInfo();
        Shape shape = Shape.of(
                Arrays.stream(info.getShape()).mapToInt(Math::toIntExact).toArray());
        double[] values = new double[shape.size()];
        Datatype datatype = info.type == OnnxJavaType.DOUBLE ? Datatype.FP64 : Datatype.FP32;
        switch (info.type) {
            case DOUBLE -> tensor.getDoubleBuffer().get(values);
            case INT64 -> {
                LongBuffer buffer = tensor.getLongBuffer();
                Arrays.setAll(values, buffer::get);
            }
            case INT32 -> {
                IntBuffer buffer = tensor.getIntBuffer();
                Arrays.setAll(values, buffer::get);
            }
            case BOOL, INT8 -> {
                ByteBuffer buffer = tensor.getByteBuffer();
                Arrays.setAll(values, buffer::get);
            }
            case UINT8 -> {
                ByteBuffer buffer = tensor.getByteBuffer();
                Arrays.setAll(values, i -> buffer.get(i) & 0xff);
            }
            case FLOAT, FLOAT16, BFLOAT16 -> {
                FloatBuffer buffer = tensor.getFloatBuffer();
                Arrays.setAll(values, buffer::get);
            }
            default -> throw new UnsupportedOperationException("outputs of type " + info.type);
        }
        return Tensor.of(shape, datatype, values);
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
