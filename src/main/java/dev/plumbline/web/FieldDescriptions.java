package dev.plumbline.web;

import com.fasterxml.jackson.core.type.TypeReference;
import io.swagger.v3.core.util.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What {@code descriptions.yaml} says about the fields of records, by the record's name and then the field's on the wire. */
final class FieldDescriptions {

    private static final Map<String, Map<String, String>> TEXTS = read();

    private FieldDescriptions() {}

    static @Nullable String of(String schema, String field) {
        return TEXTS.getOrDefault(schema, Map.of()).get(field);
    }

    static Map<String, Map<String, String>> all() {
        return TEXTS;
    }

    private static Map<String, Map<String, String>> read() {
        try (InputStream file = FieldDescriptions.class.getResourceAsStream("/descriptions.yaml")) {
            TypeReference<Map<String, Map<String, String>>> type = new TypeReference<>() {};
            return Yaml.mapper().readValue(Objects.requireNonNull(file), type);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
