package dev.plumbline.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Safetensors files made by hand, right or wrong. */
final class SafetensorsFiles {

    private SafetensorsFiles() {}

    static byte[] of(String header, byte[] payload) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return of(json.length, json, payload);
    }

    static byte[] of(long statedLength, byte[] header, byte[] payload) {
        return ByteBuffer.allocate(8 + header.length + payload.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(statedLength)
                .put(header)
                .put(payload)
                .array();
    }

    /** One tensor {@code w}. */
    static byte[] of(String dtype, String shape, String offsets, int payloadBytes) {
        String header = "{\"w\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}";
        return of(header.formatted(dtype, shape, offsets), new byte[payloadBytes]);
    }
}
