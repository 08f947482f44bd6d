package dev.plumbline.compare;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
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
import dev.plumbline.tensor.TensorSource;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Comparisons of files over HTTP. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"plumbline.limits.body-bytes=200000", "plumbline.limits.bulk-bytes=2000000"})
class ComparisonHttpTests {

    private static final String PATH = "/v1/comparisons";

    @LocalServerPort
    private int port;

    private static Tensor random(long seed, int... extents) {
        Random random = new Random(seed);
        double[] values = new double[Shape.of(extents).size()];
        Arrays.setAll(values, i -> (float) random.nextGaussian());
        return Tensor.of(Shape.of(extents), Datatype.FP32, values);
    }

    private static Tensor times(Tensor tensor, double factor) {
        return tensor.map(value -> factor * value).as(tensor.datatype());
    }

    private static byte[] safetensors(Map<String, ? extends TensorSource> tensors) {
        return Safetensors.write(tensors, Map.of());
    }

    private static byte[] json(String text) {
        return text.getBytes(UTF_8);
    }

    private Answer post(Map<String, byte[]> parts) throws Exception {
        return new Caller(port).postFiles(PATH, parts);
    }

    @Test
    void comparesASafetensorsFileWithAnNpz() throws Exception {
        Tensor w = random(1, 40, 30);
        Tensor b = random(2, 30);
        Answer answer = post(
                Map.of("a", safetensors(Map.of("w", w, "b", b)), "b", Npz.write(Map.of("w", times(w, 4), "b", b))));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("/verdict")).isEqualTo("FAIL");
        assertThat(answer.text("/summary")).isEqualTo("a and b differ in 1 of 2 tensors. w: a is b divided by 4.");
        assertThat(answer.text("/tensors/0/name")).isEqualTo("w");
        assertThat(answer.text("/tensors/0/differences/0/kind")).isEqualTo("scaled");
        assertThat(answer.number("/tensors/0/differences/0/factor")).isEqualTo(0.25);
        assertThat(answer.text("/tensors/1/relation")).isEqualTo("equal");
    }

    /** One tensor of three is only in a, one is twice the other, and names are foreign text. */
    @Test
    void hasTheFormsOfOtherReports() throws Exception {
        String body = "{\"label\": \"<b>\", \"a\": [{\"<script>\": [1, 2], \"same\": [3], \"only\": [1]}],"
                + " \"b\": [{\"<script>\": [2, 4], \"same\": [3]}]}";
        Answer answer = new Caller(port).post(PATH, body);
        String path = PATH + "/" + answer.text("/id");

        String page = new String(new Caller(port).get(path + ".html").body(), UTF_8);
        assertThat(page).contains("<h1><span class=\"verdict bad\">FAIL</span>", "not there", "&lt;script&gt;");
        assertThat(page).doesNotContain("<script", "<b>. Comparison");
        String xml = new String(new Caller(port).get(path + ".xml").body(), UTF_8);
        assertThat(xml).contains("tests=\"3\"", "failures=\"2\"", "type=\"scaled\"", "type=\"missing\"");
        String markdown = new String(new Caller(port).get(path + ".md").body(), UTF_8);
        assertThat(markdown).contains("2 of 3 tensors differ").doesNotContain("same");
        Answer summary = new Caller(port).get(path + "/summary");
        assertThat(summary.text("/verdict")).isEqualTo("FAIL");
        assertThat(summary.number("/relations/equal")).isEqualTo(1);
        assertThat(summary.text("/worst/name")).isIn("<script>", "only");
    }

    @Test
    void takesRanksNumberedOrInTheirOrder() throws Exception {
        Tensor w = random(3, 8, 6);
        Tensor upper = Tensor.of(Shape.of(4, 6), Datatype.FP32, Arrays.copyOf(w.values(), 24));
        Tensor lower = Tensor.of(Shape.of(4, 6), Datatype.FP32, Arrays.copyOfRange(w.values(), 24, 48));
        Map<String, byte[]> numbered = new LinkedHashMap<>();
        numbered.put("a[1]", safetensors(Map.of("w", lower)));
        numbered.put("b", safetensors(Map.of("w", w)));
        numbered.put("a[0]", safetensors(Map.of("w", upper)));
        Answer answer = post(numbered);
        assertThat(answer.text("/verdict")).as(new String(answer.body(), UTF_8)).isEqualTo("PASS");
        assertThat(answer.text("/tensors/0/layout/kind")).isEqualTo("shard");
        assertThat(answer.json().at("/tensors/0/layoutGuessed").asBoolean()).isTrue();
        Answer ordered = new Caller(port)
                .postParts(
                        PATH,
                        List.of(
                                Map.entry("request", json("{\"layout\": {\"w\": {\"kind\": \"shard\", \"axis\": 0}}}")),
                                Map.entry("a", safetensors(Map.of("w", lower))),
                                Map.entry("a", safetensors(Map.of("w", upper))),
                                Map.entry("b", safetensors(Map.of("w", w)))));
        assertThat(ordered.text("/tensors/0/differences/0/kind")).isEqualTo("shardOrder");
        assertThat(ordered.json().at("/tensors/0/differences/0/ranks").toString())
                .isEqualTo("[0,1]");
        numbered.remove("a[0]");
        Answer lost = post(numbered);
        assertThat(lost.text("/tensors/0/differences/0/kind")).isEqualTo("missing");
        assertThat(lost.text("/tensors/0/differences/0/words")).isEqualTo("it is not in the file of rank 0");
    }

    @Test
    void repeatsAndTheEarlierGradientComeAsFilesToo() throws Exception {
        Tensor w = random(4, 20, 10);
        Tensor noise = random(5, 20, 10);
        List<Tensor> runs = new ArrayList<>();
        for (int run = 0; run < 3; run++) {
            Tensor other = random(6 + run, 20, 10);
            double[] values = new double[w.size()];
            Arrays.setAll(values, i -> w.at(i) + 1e-3 * other.at(i));
            runs.add(Tensor.of(w.shape(), values).as(Datatype.FP32));
        }
        Map<String, byte[]> parts = new LinkedHashMap<>();
        parts.put("a", safetensors(Map.of("w", runs.get(0))));
        parts.put("b", safetensors(Map.of("w", runs.get(1))));
        assertThat(post(parts).text("/verdict")).isEqualTo("FAIL");
        parts.put("repeats", safetensors(Map.of("w", runs.get(2))));
        assertThat(post(parts).text("/tensors/0/relation")).isEqualTo("withinNoise");
        parts.remove("repeats");
        parts.put("a", safetensors(Map.of("w", noise)));
        parts.put("previousGradients", safetensors(Map.of("w", noise)));
        assertThat(post(parts).text("/tensors/0/differences/0/kind")).isEqualTo("stale");
    }

    @Test
    void reportsAreKeptWordForWord() throws Exception {
        String request = "{\"a\": [{\"w\": [1, 2]}], \"b\": [{\"w\": [1, 2]}], \"label\": \"night 7\"}";
        Caller caller = new Caller(port);
        Answer made = caller.post(PATH, request);
        assertThat(made.text("/verdict")).isEqualTo("PASS");
        assertThat(caller.get(PATH + "/" + made.text("/id")).body()).isEqualTo(made.body());
        Answer list = caller.get(PATH + "?limit=1");
        assertThat(list.text("/items/0/href")).isEqualTo(PATH + "/" + made.text("/id"));
        assertThat(list.text("/items/0/label")).isEqualTo("night 7");
        assertThat(caller.get(PATH + "/none").status()).isEqualTo(404);
    }

    @Test
    void onlyZerosSayNothing() throws Exception {
        Answer answer = new Caller(port).post(PATH, "{\"a\": [{\"w\": [0, 0]}], \"b\": [{\"w\": [0, 0]}]}");
        assertThat(answer.text("/verdict")).isEqualTo("INCONCLUSIVE");
    }

    @Test
    void wrongRequestsSayWhere() throws Exception {
        byte[] dump = safetensors(Map.of("w", random(7, 2, 3)));
        refused(Map.of("a", dump), 422, "request/b");
        refused(Map.of("a", dump, "b", json("nonsense, and rather more of it")), 422, "b");
        refused(Map.of("a", dump, "b", Arrays.copyOf(dump, dump.length - 1)), 400, "b");
        refused(Map.of("a", dump, "b", dump, "c", dump), 422, "c");
        refused(Map.of("a", dump, "a[0]", dump, "b", dump), 422, "a");
        refused(Map.of("a", dump, "b", dump, "previousGradients[0]", dump), 422, "previousGradients[0]");
        refused(Map.of("a", dump, "b", dump, "request", json("{\"a\": [{\"w\": 1}]}")), 422, "a");
        refused(
                Map.of("a", dump, "b", dump, "request", json("{\"layout\": {\"v\": {\"kind\": \"replicate\"}}}")),
                422,
                "request/layout/v");
        refused(
                Map.of(
                        "a",
                        dump,
                        "b",
                        dump,
                        "request",
                        json("{\"layout\": {\"w\": {\"kind\": \"shard\", \"axis\": 2}}}")),
                422,
                "request/layout/w/axis");
        refused(
                Map.of("a", dump, "b", dump, "request", json("{\"layout\": {\"w\": {\"kind\": \"shard\"}}}")),
                422,
                "request/layout/w/axis");
        refused(
                Map.of("a", dump, "b", dump, "request", json("{\"tolerance\": {\"relative\": -1}}")),
                422,
                "request/tolerance/relative");
        refused(Map.of("a", dump, "b", dump, "repeats", safetensors(Map.of("w", random(8, 3, 3)))), 422, "repeats/0/w");
        Tensor beyond = Tensor.of(Shape.of(2), Datatype.INT64, new double[] {1, 0x1p60});
        byte[] large = safetensors(Map.of("n", beyond));
        refused(Map.of("a", large, "b", large), 422, "a/0/n/1");
    }

    @Test
    void noFileIsReadHereWhereTheOperatorAllowsNone() throws Exception {
        Answer answer = new Caller(port).post(PATH, "{\"files\": {\"a\": [\"w.npz\"], \"b\": [\"w.npz\"]}}");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("/pointer")).isEqualTo("/files/a/0");
        assertThat(answer.text("/expected")).contains("plumbline.dumps");
    }

    private void refused(Map<String, byte[]> parts, int status, String pointer) throws Exception {
        Answer answer = post(parts);
        String body = new String(answer.body(), UTF_8);
        assertThat(answer.status()).as(body).isEqualTo(status);
        assertThat(answer.text("/pointer")).as(body).isEqualTo(pointer);
        assertThat(answer.text("/expected")).as(body).isNotEmpty();
    }

    @Test
    void whatIsTooLargeIsRefusedPackedOrNot() throws Exception {
        byte[] large = safetensors(Map.of("w", Tensor.zeros(Shape.of(300_000)).as(Datatype.FP32)));
        assertThat(post(Map.of("a", large, "b", large)).status()).isEqualTo(413);
        byte[] half = safetensors(Map.of("w", Tensor.zeros(Shape.of(200_000)).as(Datatype.FP32)));
        assertThat(post(Map.of("a", half, "b", half)).status()).isEqualTo(200);
        int files = temporaryFiles();
        Answer bomb = post(Map.of("a", deflated(400_000), "b", half));
        assertThat(bomb.status()).as(new String(bomb.body(), UTF_8)).isEqualTo(413);
        assertThat(bomb.text("/pointer")).isEqualTo("a/w");
        // each is small enough, all of them together are not
        byte[] packed = deflated(150_000);
        assertThat(packed).hasSizeLessThan(10_000);
        Answer bombs = post(Map.of("a", packed, "b", packed));
        assertThat(bombs.status()).isEqualTo(413);
        assertThat(bombs.text("/expected")).contains("plumbline.limits.bulk-bytes");
        assertThat(temporaryFiles()).isEqualTo(files);
    }

    private static int temporaryFiles() {
        String[] files = new File(System.getProperty("java.io.tmpdir"))
                .list((folder, name) -> name.startsWith("dump") && name.endsWith(".tmp"));
        return files == null ? 0 : files.length;
    }

    private static byte[] deflated(int doubles) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("w.npy"));
            zip.write(Npy.write(Tensor.zeros(Shape.of(doubles))));
            zip.closeEntry();
        }
        return bytes.toByteArray();
    }

    /** NumPy's {@code order="F"}: the first index runs fastest. */
    @Test
    void columnsFirstIsReadAsAnyOther() throws Exception {
        Tensor w = random(9, 5, 7);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("w.npy"));
            double[] columns = new double[35];
            Arrays.setAll(columns, i -> w.at(i % 5 * 7 + i / 5));
            byte[] npy = Npy.write(Tensor.of(w.shape(), Datatype.FP32, columns));
            String text = new String(npy, ISO_8859_1);
            zip.write(text.replace("'fortran_order': False", "'fortran_order': True ")
                    .getBytes(ISO_8859_1));
            zip.closeEntry();
        }
        Answer answer = post(Map.of("a", bytes.toByteArray(), "b", safetensors(Map.of("w", w))));
        assertThat(answer.text("/tensors/0/relation"))
                .as(new String(answer.body(), UTF_8))
                .isEqualTo("equal");
    }
}
