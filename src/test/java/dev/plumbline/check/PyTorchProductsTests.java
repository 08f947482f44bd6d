package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.check.Caller.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Products by PyTorch's {@code torch.autograd.functional}, right and with planted faults: {@code fixtures/products}. Here each
 * network has one of its faults; {@code make_products.py} and a loop over its files try all of them, and other seeds.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class PyTorchProductsTests {

    private static final Path FILES = Path.of("src/test/resources/fixtures/products");
    private static final int FAULTS = 1;

    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("sign of the pulled", "sign"),
            Map.entry("zero pushed", "zero"),
            Map.entry("half of the pushed", "scaled"),
            Map.entry("missing input of the pushed", "missingInput"),
            Map.entry("twice the bent", "scaled"),
            Map.entry("another's bent", "swapped"),
            Map.entry("missing input of the bent", "missingInput"),
            Map.entry("off-diagonals doubled", "offDiagonalsDoubled"),
            Map.entry("diagonal doubled", "diagonalDoubled"),
            Map.entry("lower triangle", "triangle"),
            Map.entry("asymmetric", "asymmetric"),
            Map.entry("term left out", "missingTerm"),
            Map.entry("Gauss-Newton", "gaussNewton"),
            Map.entry("slope left out", "missingSlope"),
            Map.entry("curvature left out", "missingCurvature"));

    @LocalServerPort
    private int port;

    static List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json.gz"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void rightProductsPassAndWrongOnesAreNamed(String file) throws IOException {
        JsonNode one = read(file);
        Answer right = ask(one.path("right"));
        assertThat(right.text("verdict")).as(right.text("summary")).isEqualTo("PASS");
        assertThat(right.body().path("productLaws"))
                .hasSize(2)
                .allSatisfy(law -> assertThat(law.path("verdict").asString("")).isEqualTo("PASS"));
        JsonNode faults = one.path("faults");
        int first = files().indexOf(file) * FAULTS;
        for (int k = 0; k < FAULTS; k++) {
            JsonNode fault = faults.path((first + k) % faults.size());
            Answer wrong = ask(fault.path("request"));
            String name = fault.path("fault").asString("");
            assertThat(wrong.text("verdict")).as(name).isEqualTo("FAIL");
            assertThat(kindOfMistake(wrong)).as(name).isEqualTo(NAMES.get(name));
        }
    }

    private static String kindOfMistake(Answer answer) {
        for (JsonNode product : answer.body().path("products")) {
            if (product.path("verdict").asString("").equals("FAIL")) {
                return product.path("mistake").path("kind").asString("");
            }
        }
        return "";
    }

    private Answer ask(JsonNode request) {
        return new Caller(port).post(Caller.CHECKS, request.toString());
    }

    private static JsonNode read(String file) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(FILES.resolve(file)))) {
            return JsonMapper.shared().readTree(in);
        }
    }
}
