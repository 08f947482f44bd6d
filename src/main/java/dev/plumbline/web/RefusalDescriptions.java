package dev.plumbline.web;

import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.core.converter.ResolvedSchema;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/** Describes the refusals once, and lets every operation refer to those it can answer with. */
@Component
final class RefusalDescriptions implements OpenApiCustomizer {

    private static final List<ProblemType> WITH_A_BODY = List.of(
            ProblemType.MALFORMED,
            ProblemType.LIMIT,
            ProblemType.UNSUPPORTED_MEDIA_TYPE,
            ProblemType.INVALID,
            ProblemType.BUSY);

    @Override
    public void customise(OpenAPI description) {
        Components components = description.getComponents();
        ResolvedSchema problem = ModelConverters.getInstance(true)
                .resolveAsResolvedSchema(new AnnotatedType(ProblemReport.class).resolveAsRef(true));
        problem.referencedSchemas.forEach(components::addSchemas);
        for (ProblemType type : ProblemType.values()) {
            components.addResponses(key(type), response(type, problem.schema));
        }
        if (description.getPaths() != null) {
            description.getPaths().forEach((path, item) -> refer(path, item));
        }
    }

    private static void refer(String path, PathItem item) {
        for (Map.Entry<PathItem.HttpMethod, Operation> entry :
                item.readOperationsMap().entrySet()) {
            Operation operation = entry.getValue();
            if (operation.getRequestBody() != null) {
                WITH_A_BODY.forEach(type -> refer(operation, type));
            }
            if (path.contains("{")) {
                refer(operation, ProblemType.NOT_FOUND);
            }
            if (takes(operation, "Idempotency-Key")) {
                refer(operation, ProblemType.CONFLICT);
            }
            if (takes(operation, HttpHeaders.IF_MATCH)) {
                refer(operation, ProblemType.STALE);
            }
            if (takes(operation, HttpHeaders.IF_MATCH) && entry.getKey() == PathItem.HttpMethod.POST) {
                refer(operation, ProblemType.PRECONDITION_MISSING);
            }
            refer(operation, ProblemType.UNAUTHORIZED);
            refer(operation, ProblemType.INTERNAL);
            sort(operation);
        }
    }

    private static boolean takes(Operation operation, String header) {
        return operation.getParameters() != null
                && operation.getParameters().stream()
                        .anyMatch(parameter -> parameter.getName().equals(header));
    }

    private static void refer(Operation operation, ProblemType type) {
        String status = Integer.toString(type.status().value());
        operation.getResponses().putIfAbsent(status, new ApiResponse().$ref("#/components/responses/" + key(type)));
    }

    private static void sort(Operation operation) {
        ApiResponses sorted = new ApiResponses();
        operation.getResponses().entrySet().stream()
                .sorted(Map.Entry.comparingByKey(Comparator.naturalOrder()))
                .forEach(entry -> sorted.addApiResponse(entry.getKey(), entry.getValue()));
        operation.setResponses(sorted);
    }

    private static ApiResponse response(ProblemType type, Schema<?> problem) {
        Content content = new Content()
                .addMediaType(
                        MediaType.APPLICATION_PROBLEM_JSON_VALUE,
                        new io.swagger.v3.oas.models.media.MediaType().schema(problem));
        ApiResponse response = new ApiResponse()
                .description(type.title() + ". " + type.meaning())
                .content(content);
        if (type == ProblemType.BUSY) {
            Schema<?> seconds = new IntegerSchema().format(null);
            response.addHeaderObject(
                    "Retry-After", new Header().description("seconds").schema(seconds));
        }
        return response;
    }

    private static String key(ProblemType type) {
        return WireNames.of(ProblemType.class, type.name());
    }
}
