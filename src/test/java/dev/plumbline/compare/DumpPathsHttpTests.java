package dev.plumbline.compare;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.optimize.Caller;
import dev.plumbline.optimize.Caller.Answer;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Npy;
import dev.plumbline.tensor.Npz;
import dev.plumbline.tensor.Safetensors;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Dumps that lie where the service runs. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"plumbline.limits.body-bytes=100000", "plumbline.limits.bulk-bytes=200000"})
class DumpPathsHttpTests {

    private static final String PATH = "/v1/comparisons";
    private static final Tensor W = ramp(1000, 60);
    private static final Tensor B = ramp(60);

    @TempDir
    static Path home;

    @LocalServerPort
    private int port;

    private static Tensor ramp(int... extents) {
        double[] values = new double[Shape.of(extents).size()];
        Arrays.setAll(values, i -> (float) Math.sin(i));
        return Tensor.of(Shape.of(extents), Datatype.FP32, values);
    }

    @DynamicPropertySource
    static void directory(DynamicPropertyRegistry properties) {
        properties.add("plumbline.dumps", () -> home.resolve("dumps").toString());
    }

    @BeforeAll
    static void write() throws IOException {
        Path dumps = Files.createDirectories(home.resolve("dumps/run7"));
        byte[] right = Safetensors.write(Map.of("w", W, "b", B), Map.of());
        Files.write(dumps.resolve("a.safetensors"), right);
        Tensor twice = W.map(value -> 2 * value).as(Datatype.FP32);
        Files.write(dumps.resolve("b.safetensors"), Safetensors.write(Map.of("w", twice, "b", B), Map.of()));
        Files.write(dumps.resolve("small.npz"), Npz.write(Map.of("b", B)));
        Files.write(dumps.resolve("bomb.npz"), deflated(30_000));
        Files.write(dumps.resolve("broken.safetensors"), Arrays.copyOf(right, 5000));
        Files.write(home.resolve("outside.safetensors"), right);
        Files.createSymbolicLink(dumps.resolve("link"), home.resolve("outside.safetensors"));
    }

    private static byte[] deflated(int doubles) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("b.npy"));
            zip.write(Npy.write(Tensor.zeros(Shape.of(doubles))));
            zip.closeEntry();
        }
        return bytes.toByteArray();
    }

    private Answer compare(String files) throws Exception {
        return new Caller(port).post(PATH, "{\"files\": " + files + "}");
    }

    /** The files are longer than an upload may be; they stay, whatever comes out. */
    @Test
    void areComparedWhereTheyLie() throws Exception {
        Answer answer = compare("{\"a\": [\"run7/a.safetensors\"], \"b\": [\"run7/b.safetensors\"]}");
        assertThat(answer.status()).as(new String(answer.body(), UTF_8)).isEqualTo(200);
        assertThat(Files.size(home.resolve("dumps/run7/a.safetensors"))).isGreaterThan(200_000);
        assertThat(answer.text("/summary")).isEqualTo("a and b differ in 1 of 2 tensors. w: a is b divided by 2.");
        assertThat(compare("{\"a\": [\"run7/a.safetensors\"], \"b\": [\"run7/a.safetensors\"]}")
                        .text("/verdict"))
                .isEqualTo("PASS");
    }

    @Test
    void mayBeOfSeveralRanksAndStandBesideWhatIsSent() throws Exception {
        Answer ranks = compare("""
                {"a": ["run7/small.npz", "run7/small.npz"], "b": ["run7/small.npz"], "repeats": ["run7/small.npz"],
                 "previousGradients": "run7/small.npz"}""");
        assertThat(ranks.text("/tensors/0/layout/kind"))
                .as(new String(ranks.body(), UTF_8))
                .isEqualTo("replicate");
        byte[] request = "{\"files\": {\"b\": [\"run7/small.npz\"]}}".getBytes(UTF_8);
        byte[] sent = Safetensors.write(Map.of("b", B), Map.of());
        assertThat(new Caller(port)
                        .postFiles(PATH, Map.of("a", sent, "request", request))
                        .text("/verdict"))
                .isEqualTo("PASS");
        Answer twice = new Caller(port).postFiles(PATH, Map.of("a", sent, "b", sent, "request", request));
        assertThat(twice.status()).isEqualTo(422);
        assertThat(twice.text("/pointer")).isEqualTo("request/files/b");
    }

    @ParameterizedTest
    @CsvSource({
        "../outside.safetensors, 422",
        "/etc/passwd, 422",
        "run7/link, 422",
        "run7/none, 404",
        "run7, 404",
        "run7/broken.safetensors, 400",
        "run7/bomb.npz, 413"
    })
    void whatCannotBeReadIsSaid(String name, int status) throws Exception {
        Answer answer = compare("{\"a\": [\"run7/small.npz\"], \"b\": [\"%s\"]}".formatted(name));
        String body = new String(answer.body(), UTF_8);
        assertThat(answer.status()).as(body).isEqualTo(status);
        assertThat(answer.text("/pointer")).as(body).startsWith("/files/b/0");
        assertThat(answer.text("/expected")).as(body).isNotEmpty();
    }

    @Test
    void archivesTogetherAreNoLargerThanABulkBody() throws Exception {
        Files.write(home.resolve("dumps/run7/half.npz"), deflated(15_000));
        Answer one = compare("{\"a\": [\"run7/half.npz\"], \"b\": [\"run7/small.npz\"]}");
        assertThat(one.status()).isEqualTo(200);
        Answer both = compare("{\"a\": [\"run7/half.npz\"], \"b\": [\"run7/half.npz\"]}");
        assertThat(both.status()).isEqualTo(413);
        assertThat(both.text("/pointer")).isEqualTo("/files/b/0");
    }
}
