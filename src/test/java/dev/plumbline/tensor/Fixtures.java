package dev.plumbline.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Files that {@code make_fixtures.py} wrote, the values that are in them by its formulas, and tensors of every kind. */
final class Fixtures {

    private static final int[][] SHAPES = {{}, {1}, {5}, {0}, {2, 3}, {2, 0, 3}, {0, 4}, {1, 2, 1, 3, 1, 1, 2, 1}};

    private Fixtures() {}

    static byte[] file(String name) {
        try (InputStream in = Fixtures.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code dims} as the script writes shapes: {@code 2x3x4}, and nothing for rank 0. */
    static Tensor expected(Datatype datatype, String dims) {
        int[] extents = dims.isEmpty()
                ? new int[0]
                : Arrays.stream(dims.split("x")).mapToInt(Integer::parseInt).toArray();
        Shape shape = Shape.of(extents);
        double[] values = new double[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (datatype) {
                case BOOL -> i % 3 == 0 ? 1 : 0;
                case UINT8 -> 11 * i;
                case INT8, INT16, INT32, INT64 -> 7 * i - 50;
                default -> (i - 5) / 8.0;
            };
        }
        return Tensor.of(shape, datatype, values);
    }

    static Datatype datatype(String numpy) {
        return switch (numpy) {
            case "f8" -> Datatype.FP64;
            case "f4" -> Datatype.FP32;
            case "f2" -> Datatype.FP16;
            case "bf" -> Datatype.BF16;
            case "i1" -> Datatype.INT8;
            case "i2" -> Datatype.INT16;
            case "i4" -> Datatype.INT32;
            case "i8" -> Datatype.INT64;
            case "u1" -> Datatype.UINT8;
            case "b1" -> Datatype.BOOL;
            default -> throw new IllegalArgumentException(numpy);
        };
    }

    /** Tensors of these datatypes in every shape from rank 0 to 8, with the extremes and non-finite values of each. */
    static Map<String, Tensor> tensors(List<Datatype> datatypes, long seed) {
        Random random = new Random(seed);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Datatype datatype : datatypes) {
            for (int[] extents : SHAPES) {
                Shape shape = Shape.of(extents);
                double[] values = new double[shape.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = value(datatype, random);
                }
                tensors.put(datatype + "/" + shape, Tensor.of(shape, datatype, values));
            }
        }
        return tensors;
    }

    static List<Datatype> allDatatypesBut(Datatype... excluded) {
        List<Datatype> datatypes = new ArrayList<>(List.of(Datatype.values()));
        datatypes.removeAll(List.of(excluded));
        return datatypes;
    }

    private static double value(Datatype datatype, Random random) {
        if (datatype.isFloat()) {
            double[] special = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 0.0};
            int choice = random.nextInt(10);
            return choice < special.length ? special[choice] : datatype.round(random.nextGaussian() * 1e3);
        }
        if (datatype == Datatype.BOOL) {
            return random.nextInt(2);
        }
        if (datatype == Datatype.UINT8) {
            return random.nextInt(256);
        }
        double most = datatype == Datatype.INT64 ? 0x1p53 - 1 : Math.scalb(1.0, 8 * datatype.bytes() - 1) - 1;
        return switch (random.nextInt(3)) {
            case 0 -> most;
            case 1 -> datatype == Datatype.INT64 ? -most : -most - 1;
            default -> random.nextInt(200) - 100;
        };
    }
}
