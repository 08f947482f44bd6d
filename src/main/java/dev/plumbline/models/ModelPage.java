package dev.plumbline.models;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some of the models that a key keeps, the newest first.
 *
 * @param next what to ask for {@code after} to get those behind; null at the end
 */
record ModelPage(List<Item> items, @Nullable String next) {

    record Item(String digest, String format, String producer, long bytes, long parameterCount, Instant createdAt) {}
}
