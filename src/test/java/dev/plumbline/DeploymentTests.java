package dev.plumbline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.jobs.JobTerms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.yaml.snakeyaml.Yaml;

/** What is said to those who deploy the service is what the service understands. */
@SuppressWarnings("unchecked")
class DeploymentTests {

    private static final Path COMPOSE = Path.of("docker-compose.yml");
    private static final Path KUBERNETES = Path.of("examples/kubernetes/plumbline.yml");

    private static Map<String, Object> map(Map<String, Object> parent, String... path) {
        Map<String, Object> found = parent;
        for (String name : path) {
            found = (Map<String, Object>) Objects.requireNonNull(found.get(name), name);
        }
        return found;
    }

    private static List<Map<String, Object>> list(Map<String, Object> parent, String name) {
        return (List<Map<String, Object>>) Objects.requireNonNull(parent.get(name), name);
    }

    private static List<Map<String, Object>> documents(Path file) throws IOException {
        List<Map<String, Object>> documents = new ArrayList<>();
        new Yaml().loadAll(Files.readString(file)).forEach(each -> documents.add((Map<String, Object>) each));
        return documents;
    }

    private static Binder binder(Map<String, Object> variables) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new SystemEnvironmentPropertySource("systemEnvironment", variables));
        return Binder.get(environment);
    }

    private static int workers(Map<String, Object> variables) {
        return binder(variables).bindOrCreate("plumbline.jobs", JobTerms.class).workers();
    }

    @Test
    void theClusterOfComposeTakesRequestsInAtOnePlaceAndRunsJobsAtTwo() throws IOException {
        Map<String, Object> services = map(documents(COMPOSE).get(0), "services");
        Map<String, Integer> workers = new HashMap<>();
        for (String name : List.of("api", "worker-1", "worker-2")) {
            Map<String, Object> service = map(services, name);
            Map<String, Object> variables = map(service, "environment");
            workers.put(name, workers(variables));
            assertThat(service.get("profiles")).isEqualTo(List.of("cluster"));
            assertThat(map(service, "depends_on", "postgres")).containsEntry("condition", "service_healthy");
            assertThat(binder(variables)
                            .bind("spring.datasource.url", String.class)
                            .get())
                    .isEqualTo("jdbc:postgresql://postgres/plumbline");
            assertThat(service.get("read_only")).isEqualTo(true);
        }
        assertThat(workers).isEqualTo(Map.of("api", 0, "worker-1", 1, "worker-2", 1));
        assertThat(map(services, "plumbline")).doesNotContainKey("profiles");
        assertThat(map(services, "postgres")).containsKey("healthcheck");
    }

    @Test
    void everyVolumeOfComposeIsDeclared() throws IOException {
        Map<String, Object> file = documents(COMPOSE).get(0);
        for (Object service : map(file, "services").values()) {
            for (String volume : (List<String>) ((Map<String, Object>) service).get("volumes")) {
                assertThat(map(file, "volumes")).containsKey(volume.substring(0, volume.indexOf(':')));
            }
        }
    }

    /** Pods that are found by the labels they have, asked at addresses that exist. */
    @Test
    void thePodsOfKubernetesAreFoundAndAsked() throws IOException {
        List<Map<String, Object>> documents = documents(KUBERNETES);
        Map<String, Integer> workers = new HashMap<>();
        List<Map<String, Object>> labels = new ArrayList<>();
        for (Map<String, Object> document : documents.subList(0, 2)) {
            Map<String, Object> template = map(document, "spec", "template");
            labels.add(map(template, "metadata", "labels"));
            assertThat(map(document, "spec", "selector", "matchLabels")).isEqualTo(labels.get(labels.size() - 1));
            assertThat(map(document, "spec")).containsEntry("replicas", 2);
            Map<String, Object> container =
                    list(map(template, "spec"), "containers").get(0);
            Map<String, Object> variables = new HashMap<>();
            list(container, "env")
                    .forEach(one -> variables.put((String) one.get("name"), one.getOrDefault("value", "")));
            workers.put((String) map(document, "metadata").get("name"), workers(variables));
            assertThat(variables)
                    .containsKeys("SPRING_DATASOURCE_URL", "SPRING_DATASOURCE_USERNAME", "SPRING_DATASOURCE_PASSWORD");
            assertThat(map(container, "livenessProbe", "httpGet").get("path")).isEqualTo("/actuator/health/liveness");
            assertThat(map(container, "readinessProbe", "httpGet").get("path")).isEqualTo("/actuator/health/readiness");
        }
        assertThat(workers).isEqualTo(Map.of("plumbline-api", 0, "plumbline-worker", 1));
        assertThat(map(documents.get(2), "spec", "selector")).isEqualTo(labels.get(0));
        for (int k = 0; k < 2; k++) {
            Map<String, Object> budget = documents.get(3 + k);
            assertThat(budget).containsEntry("kind", "PodDisruptionBudget");
            assertThat(map(budget, "spec", "selector", "matchLabels")).isEqualTo(labels.get(k));
        }
    }
}
