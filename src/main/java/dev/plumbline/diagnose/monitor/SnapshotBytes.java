package dev.plumbline.diagnose.monitor;

import dev.plumbline.compute.health.TensorNorms;
import dev.plumbline.compute.health.course.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot as it is kept: every float64 bit by bit, because a window of two hundred is read with each step, and text would
 * be ten times slower.
 */
final class SnapshotBytes {

    private static final byte VERSION = 2;

    /** Without what a loss scaler did. */
    private static final byte UNSCALED = 1;

    private static final int SCALED = 1;
    private static final int SKIPPED = 2;
    private static final int FACTOR = 4;
    private static final int PARAMETER = 1;
    private static final int UPDATE = 2;
    private static final int ZEROS = 4;
    private static final int SPIKE = 8;

    private SnapshotBytes() {}

    static byte[] of(Snapshot snapshot) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(snapshot.step());
            out.writeBoolean(snapshot.lossSpike());
            out.writeBoolean(snapshot.loss() != null);
            write(out, snapshot.loss());
            write(out, snapshot.scaling());
            out.writeInt(snapshot.tensors().size());
            for (Map.Entry<String, TensorNorms> entry : snapshot.tensors().entrySet()) {
                out.writeUTF(entry.getKey());
                write(out, entry.getValue(), snapshot.spikes().contains(entry.getKey()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, Snapshot.@Nullable Scaling scaling) throws IOException {
        if (scaling == null) {
            out.writeByte(0);
            return;
        }
        out.writeByte(SCALED | (scaling.skipped() ? SKIPPED : 0) | (scaling.factor() == null ? 0 : FACTOR));
        write(out, scaling.factor());
    }

    private static void write(DataOutputStream out, TensorNorms norms, boolean spike) throws IOException {
        int known = (norms.parameterNorm() == null ? 0 : PARAMETER)
                | (norms.updateNorm() == null ? 0 : UPDATE)
                | (norms.zeroShare() == null ? 0 : ZEROS)
                | (spike ? SPIKE : 0);
        out.writeByte(known);
        out.writeDouble(norms.gradientNorm());
        write(out, norms.parameterNorm());
        write(out, norms.updateNorm());
        write(out, norms.zeroShare());
    }

    private static void write(DataOutputStream out, @Nullable Double value) throws IOException {
        if (value != null) {
            out.writeDouble(value);
        }
    }

    static Snapshot read(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readByte();
            if (version != VERSION && version != UNSCALED) {
                throw new IllegalStateException("this snapshot was written by another version");
            }
            long step = in.readLong();
            boolean lossSpike = in.readBoolean();
            Double loss = read(in, in.readBoolean());
            Snapshot.Scaling scaling = version == UNSCALED ? null : scaling(in);
            Map<String, TensorNorms> tensors = new LinkedHashMap<>();
            Set<String> spikes = new LinkedHashSet<>();
            for (int left = in.readInt(); left > 0; left--) {
                String name = in.readUTF();
                int known = in.readByte();
                if ((known & SPIKE) != 0) {
                    spikes.add(name);
                }
                tensors.put(
                        name,
                        new TensorNorms(
                                in.readDouble(),
                                read(in, (known & PARAMETER) != 0),
                                read(in, (known & UPDATE) != 0),
                                read(in, (known & ZEROS) != 0)));
            }
            return new Snapshot(step, loss, tensors, spikes, lossSpike, scaling);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Snapshot.@Nullable Scaling scaling(DataInputStream in) throws IOException {
        int known = in.readByte();
        return known == 0 ? null : new Snapshot.Scaling(read(in, (known & FACTOR) != 0), (known & SKIPPED) != 0);
    }

    private static @Nullable Double read(DataInputStream in, boolean known) throws IOException {
        return known ? (Double) in.readDouble() : null;
    }
}
