package dev.plumbline.jobs;

import dev.plumbline.report.IdempotencyKey;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.parameters.HeaderParameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import org.springdoc.core.customizers.GlobalOperationCustomizer;
import org.springframework.stereotype.Component;
import org.springframework.web.method.HandlerMethod;

/** Describes what {@link MayBeAJob} adds to an operation. */
@Component
final class JobDescription implements GlobalOperationCustomizer {

    private static final String PREFER =
            "With `respond-async` the answer is 202, and the work becomes a job, which goes on"
                    + " when the caller or the service goes away; with `respond-async, wait=10` the report comes all the same where it"
                    + " is there within ten seconds (60 at most). A job may take longer than a request"
                    + " (`plumbline.jobs.seconds`).";

    private static final String WEBHOOK =
            "of a job: who is told of its end, once, where the operator allows webhooks (`plumbline.webhooks`); with "
                    + WebhookHeaders.SECRET;

    @Override
    public Operation customize(Operation operation, HandlerMethod method) {
        if (method.getMethodAnnotation(MayBeAJob.class) == null
                || operation.getResponses().containsKey("202")) {
            return operation;
        }
        operation.addParametersItem(header(Preference.HEADER, PREFER).example("respond-async"));
        operation.addParametersItem(
                header(IdempotencyKey.HEADER, "of a job: a repeated request is the job that the first one made"));
        operation.addParametersItem(header(WebhookHeaders.URL, WEBHOOK).example("https://hooks.example/plumbline"));
        operation.addParametersItem(header(
                WebhookHeaders.SECRET, "16 to 256 characters that sign what goes to `" + WebhookHeaders.URL + "`"));
        Schema<?> job = new Schema<>().$ref("#/components/schemas/Job");
        operation
                .getResponses()
                .addApiResponse(
                        "202",
                        new ApiResponse()
                                .description("The request is a job now")
                                .addHeaderObject(
                                        "Location",
                                        new Header().description("the job").schema(new StringSchema()))
                                .content(new Content().addMediaType("application/json", new MediaType().schema(job))));
        return operation;
    }

    private static HeaderParameter header(String name, String description) {
        HeaderParameter header = new HeaderParameter();
        header.setName(name);
        header.setDescription(description);
        header.setRequired(false);
        header.setSchema(new StringSchema());
        return header;
    }
}
