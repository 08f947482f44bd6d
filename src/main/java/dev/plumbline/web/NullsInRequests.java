package dev.plumbline.web;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.stereotype.Component;

/**
 * Says that null is as good as nothing in a request, wherever something is optional. In an answer it is not there at all, and
 * the schemas that only answers use say no more than that it is not required.
 */
@Component
@SuppressWarnings("rawtypes") // as the library has them
final class NullsInRequests implements OpenApiCustomizer {

    @Override
    public void customise(OpenAPI description) {
        Map<String, Schema> schemas = description.getComponents().getSchemas();
        if (description.getPaths() == null || schemas == null) {
            return;
        }
        Set<String> requested = new HashSet<>();
        description.getPaths().values().stream()
                .flatMap(item -> item.readOperations().stream())
                .forEach(operation -> bodies(operation).forEach(body -> collect(body, schemas, requested)));
        requested.forEach(name -> optionalOrNull(schemas.get(name)));
    }

    private static Stream<Schema<?>> bodies(Operation operation) {
        Content content = operation.getRequestBody() == null
                ? null
                : operation.getRequestBody().getContent();
        return content == null ? Stream.of() : content.values().stream().map(MediaType::getSchema);
    }

    /** Adds to {@code names} what a schema refers to, and what that refers to. */
    private static void collect(@Nullable Schema<?> schema, Map<String, Schema> schemas, Set<String> names) {
        if (schema == null) {
            return;
        }
        if (schema.get$ref() != null) {
            String name = schema.get$ref().substring(schema.get$ref().lastIndexOf('/') + 1);
            if (names.add(name)) {
                collect(schemas.get(name), schemas, names);
            }
        }
        parts(schema).forEach(part -> collect(part, schemas, names));
    }

    private static List<Schema> parts(Schema<?> schema) {
        List<Schema> parts = new ArrayList<>();
        if (schema.getItems() != null) {
            parts.add(schema.getItems());
        }
        if (schema.getAdditionalProperties() instanceof Schema<?> values) {
            parts.add(values);
        }
        if (schema.getProperties() != null) {
            parts.addAll(schema.getProperties().values());
        }
        Stream.of(schema.getAnyOf(), schema.getOneOf(), schema.getAllOf())
                .filter(Objects::nonNull)
                .forEach(parts::addAll);
        return parts;
    }

    private static void optionalOrNull(@Nullable Schema<?> schema) {
        if (schema != null && schema.getProperties() != null) {
            Collection<String> required = schema.getRequired() == null ? List.of() : schema.getRequired();
            schema.getProperties().replaceAll((name, value) -> required.contains(name) ? value : orNull(value));
        }
    }

    /** The schema, or null. */
    static Schema<?> orNull(Schema<?> schema) {
        if (schema.get$ref() != null) {
            Schema<?> either = new Schema<>();
            either.setAnyOf(List.of(new Schema<>().$ref(schema.get$ref()), new Schema<>().types(Set.of("null"))));
            return either.description(schema.getDescription());
        }
        if (schema.getTypes() != null && !schema.getTypes().contains("null")) {
            allowNull(schema);
        }
        return schema;
    }

    /** A list of constants must name null too; its type alone does not let it in. */
    private static void allowNull(Schema<?> schema) {
        schema.addType("null");
        if (schema.getEnum() != null) {
            @SuppressWarnings("unchecked")
            Schema<@Nullable Object> constants = (Schema<@Nullable Object>) schema;
            List<@Nullable Object> withNull = new ArrayList<>(constants.getEnum());
            withNull.add(null);
            constants.setEnum(withNull);
        }
    }
}
