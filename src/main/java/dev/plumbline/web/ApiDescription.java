package dev.plumbline.web;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import io.swagger.v3.oas.models.servers.Server;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The frame of the OpenAPI description; operations and schemas come from the controllers and their records. */
@Configuration
class ApiDescription {

    private static final String DESCRIPTION = """
            Tells a training pipeline whether its gradient is right, whether its optimizer step is right, and whether its \
            gradient is healthy.

            A *tensor* is a number, a nested array, or `{ "shape": [2, 3], "datatype": "FP32", "data": [...] }`. `NaN`, \
            `Infinity` and `-Infinity` are strings, in and out. Names and constants are camelCase. What is \
            optional is absent where there is nothing to say: an answer has a `null` only in a list, where it keeps its \
            place; a request may say `null` instead of nothing. A check that fails is a \
            result: status 200 and a verdict. Every refusal is a problem detail (RFC 9457) with a JSON pointer, what was got \
            and what was expected.

            [How to export a model](/exporting) from PyTorch, TensorFlow, JAX and scikit-learn, so that its weights \
            stay what they are.""";

    @Bean
    OpenAPI openApi() {
        return new OpenAPI()
                .info(new Info()
                        .title("Plumbline")
                        .version("0.2")
                        .description(DESCRIPTION)
                        .license(new License().name("Apache-2.0").identifier("Apache-2.0")))
                .servers(List.of(new Server().url("/").description("wherever this description came from")))
                .components(new Components()
                        .addSecuritySchemes(
                                "bearer",
                                new SecurityScheme()
                                        .type(SecurityScheme.Type.HTTP)
                                        .scheme("bearer")
                                        .description("an API key, where the service has any configured"))
                        .addSecuritySchemes(
                                "header",
                                new SecurityScheme()
                                        .type(SecurityScheme.Type.APIKEY)
                                        .in(SecurityScheme.In.HEADER)
                                        .name("X-API-Key")
                                        .description("the same key, where Authorization is taken")))
                // An empty requirement means: none is needed where the service has no keys.
                .security(List.of(
                        new SecurityRequirement(),
                        new SecurityRequirement().addList("bearer"),
                        new SecurityRequirement().addList("header")));
    }
}
