package dev.plumbline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands of the README and of the pages behind it give the answers there: each block that calls curl is run as it stands, by a shell. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class ReadmeTests {

    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(bash|json)\\n(.*?)^```$");

    /** The README rounds to nine digits. */
    private static final double ROUNDED = 1e-8;

    @LocalServerPort
    private int port;

    record Command(String line, String answer) {}

    /** Every curl and the JSON block after it. */
    static List<Command> commands() throws IOException {
        List<Command> commands = new ArrayList<>(commands(Path.of("README.md")));
        try (Stream<Path> pages = Files.list(Path.of("src/docs"))) {
            for (Path page : pages.sorted().toList()) {
                commands.addAll(commands(page));
            }
        }
        return commands;
    }

    private static List<Command> commands(Path page) throws IOException {
        List<String[]> blocks = BLOCK.matcher(Files.readString(page))
                .results()
                .map(match -> new String[] {match.group(1), match.group(2)})
                .toList();
        return IntStream.range(0, blocks.size() - 1)
                .filter(i -> blocks.get(i)[1].contains("curl "))
                .mapToObj(i -> new Command(blocks.get(i)[1], blocks.get(i + 1)[1]))
                .toList();
    }

    @Test
    void showsUploadsAndAFormula() throws IOException {
        assertThat(commands()).hasSizeGreaterThanOrEqualTo(3);
        assertThat(commands()).anyMatch(command -> command.line().contains("cnn/float32/model.onnx"));
        assertThat(commands()).anyMatch(command -> command.line().contains("formula"));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void givesTheAnswersOfTheReadme(Command command) throws IOException, InterruptedException {
        String line = command.line().replace("localhost:8080", "127.0.0.1:" + port);
        Process shell = new ProcessBuilder("bash", "-c", line).start();
        String answer = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String errors = new String(shell.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).as(errors).isZero();

        JsonMapper json = JsonMapper.shared();
        assertHolds(json.readTree(answer), json.readTree(command.answer()), "");
    }

    /** The README shortens: objects may have more members, and arrays of objects more elements, than it shows. */
    private static void assertHolds(JsonNode given, JsonNode shown, String place) {
        if (shown.isObject()) {
            shown.properties()
                    .forEach(member ->
                            assertHolds(given.path(member.getKey()), member.getValue(), place + "/" + member.getKey()));
        } else if (shown.isArray() && shown.path(0).isObject()) {
            for (JsonNode element : shown) {
                String first = element.propertyNames().iterator().next();
                JsonNode found = Stream.iterate(0, i -> i < given.size(), i -> i + 1)
                        .map(given::get)
                        .filter(candidate -> candidate.path(first).equals(element.get(first)))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(place + " has no " + first + " " + element.get(first)));
                assertHolds(found, element, place + "/" + element.get(first));
            }
        } else if (place.endsWith("/errorBound")) {
            // Made of rounding noise, which another processor has of another size.
            assertThat(given.asDouble()).as(place).isBetween(shown.asDouble() / 100, shown.asDouble() * 100);
        } else if (shown.isNumber()) {
            double value = shown.asDouble();
            assertThat(Math.abs(given.asDouble(Double.NaN) - value))
                    .as("%s: %s instead of %s", place, given, shown)
                    .isLessThanOrEqualTo(ROUNDED * Math.abs(value));
        } else {
            assertThat(given).as(place).isEqualTo(shown);
        }
    }
}
