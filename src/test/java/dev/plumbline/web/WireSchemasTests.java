package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.plumbline.tensor.Tensor;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.media.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.FileSystemResource;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
@Import(WireSchemasTests.Probes.class)
class WireSchemasTests {

    @Autowired
    private RestTestClient http;

    enum Scheme {
        CENTRAL,
        FIVE_POINT
    }

    enum Verdict {
        PASS,
        FAIL
    }

    record Settings(Scheme scheme, @Nullable Long seed) {}

    record Probe(
            Map<String, Tensor> parameters,
            @Nullable Tensor direction,
            @Nullable Settings settings,
            @Nullable Scheme fallback,
            double step) {}

    record Outcome(
            Verdict verdict,
            List<Tensor> tensors,
            @Nullable Scheme scheme,
            @Nullable Cost cost) {}

    record Cost(long evaluations) {}

    record Run(
            List<Double> norms,
            List<@Nullable Double> ratios,
            Map<String, @Nullable Settings> settings,
            List<List<Number>> losses,
            double @Nullable [] steps) {}

    @RestController
    static class Probes {

        @PostMapping("/v1/probes")
        Outcome probe(@RequestBody Probe probe) {
            return new Outcome(Verdict.PASS, List.copyOf(probe.parameters().values()), null, null);
        }

        @GetMapping("/v1/probes/{id}")
        Outcome get(@PathVariable String id) {
            return new Outcome(Verdict.FAIL, List.of(), null, null);
        }
    }

    @Test
    void describesRecordsAsTheyTravel() {
        http.get()
                .uri("/openapi")
                .exchange()
                .expectBody()
                .jsonPath("$.components.schemas.Probe.required")
                .isEqualTo(List.of("parameters", "step"))
                .jsonPath("$.components.schemas.Probe.properties.parameters.additionalProperties.$ref")
                .isEqualTo("#/components/schemas/Tensor")
                .jsonPath("$.components.schemas.Probe.properties.settings.anyOf[0].$ref")
                .isEqualTo("#/components/schemas/Settings")
                .jsonPath("$.components.schemas.Probe.properties.settings.anyOf[1].type")
                .isEqualTo("null")
                .jsonPath("$.components.schemas.Probe.properties.direction.anyOf[0].$ref")
                .isEqualTo("#/components/schemas/Tensor")
                .jsonPath("$.components.schemas.Settings.properties.scheme.enum")
                .isEqualTo(List.of("central", "fivePoint"))
                .jsonPath("$.components.schemas.Probe.properties.fallback.enum")
                .isEqualTo(Arrays.asList("central", "fivePoint", null))
                .jsonPath("$.components.schemas.Settings.properties.seed.type")
                .isEqualTo(List.of("integer", "null"))
                .jsonPath("$.components.schemas.Probe.properties.step.type")
                .isEqualTo(List.of("number", "string"))
                .jsonPath("$.components.schemas.Outcome.properties.verdict.enum")
                .isEqualTo(List.of("PASS", "FAIL"))
                .jsonPath("$.components.schemas.Outcome.properties.tensors.items.$ref")
                .isEqualTo("#/components/schemas/Tensor")
                .jsonPath("$.components.schemas.Tensor.anyOf.length()")
                .isEqualTo(3);
    }

    /** Null is as good as nothing in a request; in an answer it never is. */
    @Test
    void whatIsOptionalMayBeNullInRequestsOnly() {
        http.get()
                .uri("/openapi")
                .exchange()
                .expectBody()
                .jsonPath("$.components.schemas.Outcome.required")
                .isEqualTo(List.of("tensors", "verdict"))
                .jsonPath("$.components.schemas.Outcome.properties.scheme.enum")
                .isEqualTo(List.of("central", "fivePoint"))
                .jsonPath("$.components.schemas.Outcome.properties.cost.$ref")
                .isEqualTo("#/components/schemas/Cost");
    }

    private static final class Checks {
        record Report(String verdict) {}
    }

    private static final class Monitors {
        record Report(long step) {}
    }

    @Test
    @SuppressWarnings("rawtypes") // as the library has them
    void describesWhatListsAndMapsHold() {
        ModelConverters converters = new ModelConverters(true);
        converters.addConverter(new WireSchemas());
        Map<?, Schema> run = converters
                .resolveAsResolvedSchema(new AnnotatedType(Run.class))
                .schema
                .getProperties();

        assertThat(items(run, "norms").getTypes()).containsExactlyInAnyOrder("number", "string");
        assertThat(items(run, "norms").getPattern()).isEqualTo("^(NaN|-?Infinity)$");
        assertThat(items(run, "ratios").getTypes()).containsExactlyInAnyOrder("number", "string", "null");
        assertThat(items(run, "losses").getItems().getTypes()).containsExactlyInAnyOrder("number", "string");
        assertThat(items(run, "steps").getTypes()).containsExactlyInAnyOrder("number", "string");
        assertThat(property(run, "steps").getTypes()).containsExactly("array");
        assertThat(property(run, "ratios").getTypes()).containsExactly("array");
        Schema<?> values =
                (Schema<?>) Objects.requireNonNull(property(run, "settings").getAdditionalProperties());
        assertThat(values.getAnyOf())
                .extracting(Schema::get$ref)
                .containsExactly("#/components/schemas/Settings", null);
    }

    @SuppressWarnings("rawtypes")
    private static Schema<?> items(Map<?, Schema> properties, String name) {
        return property(properties, name).getItems();
    }

    @SuppressWarnings("rawtypes")
    private static Schema<?> property(Map<?, Schema> properties, String name) {
        return Objects.requireNonNull(properties.get(name));
    }

    @Test
    void refusesToDescribeTwoRecordsByOneName() {
        ModelConverters converters = new ModelConverters(true);
        converters.addConverter(new WireSchemas());
        converters.resolveAsResolvedSchema(new AnnotatedType(Checks.Report.class).resolveAsRef(true));
        converters.resolveAsResolvedSchema(new AnnotatedType(Checks.Report.class));

        assertThatIllegalStateException()
                .isThrownBy(() ->
                        converters.resolveAsResolvedSchema(new AnnotatedType(Monitors.Report.class).resolveAsRef(true)))
                .withMessageContaining("Checks$Report")
                .withMessageContaining("Monitors$Report");
    }

    @Test
    void describesTheRefusalsOfEveryOperation() {
        http.get()
                .uri("/openapi")
                .exchange()
                .expectBody()
                .jsonPath("$.paths['/v1/probes'].post.responses.keys()")
                .value(List.class, keys -> assertThat(keys)
                        .map(Object::toString)
                        .containsExactlyInAnyOrder("200", "400", "401", "413", "415", "422", "500", "503"))
                .jsonPath("$.paths['/v1/probes/{id}'].get.responses.keys()")
                .value(List.class, keys -> assertThat(keys)
                        .map(Object::toString)
                        .containsExactlyInAnyOrder("200", "401", "404", "500"))
                .jsonPath("$.components.responses.limit.content['application/problem+json'].schema.$ref")
                .isEqualTo("#/components/schemas/Problem")
                .jsonPath("$.components.responses.busy.headers['Retry-After'].schema.type")
                .isEqualTo("integer");
    }

    @Test
    void readsAnExampleAndItsNotes(@TempDir Path folder) throws IOException {
        Path endpoint = Files.createDirectories(folder.resolve("examples").resolve("probes"));
        Path file = Files.writeString(endpoint.resolve("two-steps.json"), "{}");
        assertThat(RequestExample.read(new FileSystemResource(file)))
                .isEqualTo(new RequestExample("/v1/probes", "two-steps", "two steps", "", "{}"));
        Files.writeString(endpoint.resolve("two-steps.md"), "# Two steps, one wrong\n\nThe second fails.\n");
        assertThat(RequestExample.read(new FileSystemResource(file)))
                .isEqualTo(new RequestExample(
                        "/v1/probes", "two-steps", "Two steps, one wrong", "The second fails.", "{}"));
    }
}
