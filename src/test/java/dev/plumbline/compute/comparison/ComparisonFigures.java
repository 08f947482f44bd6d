package dev.plumbline.compute.comparison;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.FloatTensor;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.StoredTensors;
import dev.plumbline.tensor.TensorLimits;
import dev.plumbline.tensor.TensorSource;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * How long it takes to compare files of a GiB, beside the time to read them. By hand, from the worktree:
 *
 * <pre>
 *   java -Xmx512m --add-modules jdk.incubator.vector -cp target/test-classes:target/classes:$CLASSPATH \
 *       dev.plumbline.compute.comparison.ComparisonFigures /tmp/figures 256
 * </pre>
 *
 * <p>The second argument is the number of tensors, of a million float32 each, in each of two files: 128 make a pair of a GiB. With
 * a third argument, eight ranks in three layouts with planted faults.
 */
public final class ComparisonFigures {

    private static final Shape SHAPE = Shape.of(1024, 1024);
    private static final int LARGE = 16; // as many in one

    private ComparisonFigures() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        int tensors = Integer.parseInt(arguments[1]);
        if (arguments.length > 2) {
            ranks(folder);
            return;
        }
        Path a = folder.resolve("a.safetensors");
        for (String kind : List.of("equal", "rounding", "one tensor doubled", "all doubled")) {
            Path b = folder.resolve("b.safetensors");
            write(a, tensors, "");
            write(b, tensors, kind);
            for (int round = 0; round < 3; round++) {
                Time reading = Time.of(() -> read(a) + read(b));
                Time comparing = Time.of(() -> compare(a, b, kind));
                System.out.printf(
                        "%s: read in %s, compared in %s; ratio of times %.2f, of the processor's %.2f%n",
                        kind,
                        reading,
                        comparing,
                        comparing.wall / reading.wall,
                        comparing.processor / reading.processor);
            }
        }
    }

    /** Eight ranks' files in three layouts beside one device's, right and with six faults, each named; the whole of 64 MiB. */
    private static void ranks(Path folder) throws IOException {
        Path whole = folder.resolve("b.safetensors");
        for (String layout : List.of("replicate", "shard", "partial")) {
            for (String fault :
                    List.of("none", "summed", "sign in rank 3", "rank 5 is zero", "loss scale", "transposed")) {
                writeRanks(folder, layout, fault);
                Time time = Time.of(() -> {
                    List<StoredTensors> files = new ArrayList<>();
                    List<Map<String, TensorSource>> ranks = new ArrayList<>();
                    for (int rank = 0; rank < RANKS; rank++) {
                        files.add(open(folder.resolve("a" + rank + ".safetensors")));
                        ranks.add(new LinkedHashMap<>(files.get(rank).tensors()));
                    }
                    files.add(open(whole));
                    Map<String, Placement> placed = Map.of(
                            "*",
                            layout.equals("shard")
                                    ? new Placement.Shard(0)
                                    : layout.equals("partial")
                                            ? new Placement.Partial(false)
                                            : new Placement.Replicate());
                    List<TensorComparison> compared = DumpComparison.of(
                            new Dumps(
                                    ranks,
                                    List.of(new LinkedHashMap<>(files.get(RANKS).tensors())),
                                    List.of(),
                                    Map.of(),
                                    placed,
                                    null),
                            () -> {});
                    System.out.printf("%s, %s: ", layout, fault);
                    compared.forEach(tensor -> System.out.print(tensor.relation() + " "
                            + tensor.differences().stream()
                                    .map(Difference::words)
                                    .toList() + " "));
                    for (StoredTensors file : files) {
                        file.close();
                    }
                    return 0;
                });
                System.out.println(time + ", heap " + (Runtime.getRuntime().totalMemory() >> 20) + " MiB");
            }
        }
    }

    private static final int RANKS = 8;

    private static void writeRanks(Path folder, String layout, String fault) throws IOException {
        int rows = 4096;
        Shape shape = Shape.of(rows, 4096);
        float[] right = new float[shape.size()];
        Random random = new Random(7);
        for (int i = 0; i < right.length; i++) {
            right[i] = (float) (0.01 * random.nextGaussian());
        }
        write(folder.resolve("b.safetensors"), new FloatTensor(shape, right));
        for (int rank = 0; rank < RANKS; rank++) {
            boolean isCut = layout.equals("shard");
            int begin = isCut ? rank * right.length / RANKS : 0;
            float[] held = new float[isCut ? right.length / RANKS : right.length];
            for (int i = 0; i < held.length; i++) {
                int at = begin + i;
                if (fault.equals("transposed")) {
                    at = at % rows * 4096 + at / rows;
                }
                float term = layout.equals("partial") ? 0.125f : 1; // eight of which are the whole to the last bit
                float factor = fault.equals("summed")
                        ? 8
                        : fault.equals("loss scale")
                                ? 65536
                                : fault.equals("sign in rank 3") && rank == 3
                                        ? -1
                                        : fault.equals("rank 5 is zero") && rank == 5 ? 0 : 1;
                held[i] = right[at] * term * factor;
            }
            Shape own = isCut ? Shape.of(rows / RANKS, 4096) : shape;
            write(folder.resolve("a" + rank + ".safetensors"), new FloatTensor(own, held));
        }
    }

    private static void write(Path path, FloatTensor tensor) throws IOException {
        try (OutputStream out = Files.newOutputStream(path)) {
            Safetensors.write(Map.of("w", tensor), Map.of(), out);
        }
    }

    private interface Work {
        long done() throws IOException;
    }

    /** In seconds. */
    private record Time(double wall, double processor) {

        static Time of(Work work) throws IOException {
            var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            long wall = System.nanoTime();
            long processor = system.getProcessCpuTime();
            work.done();
            return new Time((System.nanoTime() - wall) / 1e9, (system.getProcessCpuTime() - processor) / 1e9);
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.2f s (processor %.2f s)", wall, processor);
        }
    }

    private static void write(Path path, int tensors, String kind) throws IOException {
        Map<String, TensorSource> dump = new LinkedHashMap<>();
        float[] values = new float[LARGE * SHAPE.size()];
        Random random = new Random(1);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.01 * random.nextGaussian());
        }
        FloatTensor right = new FloatTensor(Shape.of(LARGE * 1024, 1024), values);
        float[] other = values.clone();
        for (int i = 0; i < other.length; i++) {
            other[i] *= kind.contains("doubled") ? 2 : kind.equals("rounding") ? 1 + (i % 3) * 0x1p-23f : 1;
        }
        FloatTensor changed = new FloatTensor(right.shape(), other);
        for (int i = 0; i < tensors / LARGE; i++) {
            dump.put("t" + i, kind.startsWith("one") && i != 2 ? right : changed);
        }
        try (OutputStream out = Files.newOutputStream(path)) {
            Safetensors.write(dump, Map.of(), out);
        }
    }

    private static long read(Path path) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(1 << 20);
        long count = 0;
        try (FileChannel file = FileChannel.open(path)) {
            for (int read = 0; read >= 0; read = file.read(bytes.clear())) {
                count += read;
            }
        }
        return count;
    }

    private static long compare(Path a, Path b, String kind) throws IOException {
        try (StoredTensors one = open(a);
                StoredTensors two = open(b)) {
            Dumps dumps = new Dumps(
                    List.of(new LinkedHashMap<>(one.tensors())),
                    List.of(new LinkedHashMap<>(two.tensors())),
                    List.of(),
                    Map.of(),
                    Map.of(),
                    null);
            List<TensorComparison> compared = new ArrayList<>(DumpComparison.of(dumps, () -> {}));
            long different = compared.stream()
                    .filter(tensor -> tensor.relation() == Relation.DIFFERENT)
                    .count();
            if (kind.contains("doubled") == (different == 0)) {
                throw new IllegalStateException(kind + ": " + compared);
            }
            return Datatype.FP32.bytes() * different;
        }
    }

    /** What is opened is deleted when it is closed: a link to it is. */
    private static StoredTensors open(Path path) throws IOException {
        Path link = path.resolveSibling(path.getFileName() + ".link");
        Files.deleteIfExists(link);
        Files.createLink(link, path);
        return StoredTensors.takeOver(link, "t", new TensorLimits(4L << 30, 10_000, 8, 8 << 20));
    }
}
