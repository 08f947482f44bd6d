package dev.plumbline.web;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.Paths;
import io.swagger.v3.oas.models.media.Content;
import java.util.TreeMap;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * Sorts paths, schemas and formats by name, so that the description does not depend on the order in which a JVM lists
 * classes and methods. The members of a schema keep the order of their record.
 */
@Component
@Order
final class SortedDescription implements OpenApiCustomizer {

    @Override
    public void customise(OpenAPI description) {
        Paths paths = new Paths();
        if (description.getPaths() != null) {
            new TreeMap<>(description.getPaths()).forEach(paths::addPathItem);
        }
        paths.values().stream().flatMap(item -> item.readOperations().stream()).forEach(SortedDescription::sortFormats);
        description.setPaths(paths);
        if (description.getComponents().getSchemas() != null) {
            description
                    .getComponents()
                    .setSchemas(new TreeMap<>(description.getComponents().getSchemas()));
        }
    }

    /** JSON comes before multipart, so Swagger UI opens with the examples. */
    private static void sortFormats(Operation operation) {
        if (operation.getRequestBody() != null && operation.getRequestBody().getContent() != null) {
            Content sorted = new Content();
            new TreeMap<>(operation.getRequestBody().getContent()).forEach(sorted::addMediaType);
            operation.getRequestBody().setContent(sorted);
        }
    }
}
