package dev.plumbline.web;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Paths;
import java.util.TreeMap;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * Sorts paths and schemas by name, so that the description does not depend on the order in which a JVM lists classes. The
 * members of a schema keep the order of their record.
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
        description.setPaths(paths);
        if (description.getComponents().getSchemas() != null) {
            description
                    .getComponents()
                    .setSchemas(new TreeMap<>(description.getComponents().getSchemas()));
        }
    }
}
