package dev.plumbline.models;

import dev.plumbline.reader.ModelDescription;
import java.time.Instant;

/**
 * A kept model.
 *
 * @param digest by which requests name it
 * @param bytes of all its files
 * @param parameterCount numbers that are differentiated
 */
record ModelReport(
        String digest,
        long bytes,
        Instant createdAt,
        long parameterCount,
        ModelDescription description,
        ModelCost cost) {

    static long count(ModelDescription description) {
        return description.parameters().stream()
                .mapToLong(ModelDescription.Parameter::size)
                .sum();
    }
}
