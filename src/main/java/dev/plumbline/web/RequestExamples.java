package dev.plumbline.web;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.examples.Example;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.parameters.RequestBody;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Puts every {@link RequestExample} on its operation, where Swagger UI offers it ready to be sent. */
@Component
final class RequestExamples implements OpenApiCustomizer {

    private final List<RequestExample> examples;
    private final JsonMapper mapper;

    RequestExamples(JsonMapper mapper) throws IOException {
        this.examples = RequestExample.all();
        this.mapper = mapper;
    }

    @Override
    public void customise(OpenAPI description) {
        for (RequestExample example : examples) {
            bodyOf(example, description)
                    .addExamples(
                            example.name(),
                            new Example()
                                    .summary(example.summary())
                                    .description(example.description().isEmpty() ? null : example.description())
                                    .value(mapper.readValue(example.body(), Object.class)));
        }
    }

    /** An example in the wrong folder must not go unnoticed. */
    private static MediaType bodyOf(RequestExample example, OpenAPI description) {
        return Optional.ofNullable(description.getPaths())
                .map(paths -> paths.get(example.path()))
                .map(PathItem::getPost)
                .map(Operation::getRequestBody)
                .map(RequestBody::getContent)
                .map(content -> content.get("application/json"))
                .orElseThrow(() -> new IllegalStateException("nothing takes the example " + example));
    }
}
