package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What a caller can get wrong: each refusal has its status, the place, what was got and what was expected. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class RefusalTests {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");

    @LocalServerPort
    private int port;

    /** Columns: the request, in single quotes for double ones; status; pointer; part of got; part of expected. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | 422 | /model | nothing | formula, onnx, samediff, layers, file or digest",
                "{'model':{}} | 422 | /model | none | formula, onnx, samediff, layers, file or digest",
                "{'model':{'formula':'a'},'parameters':{'a':1},'colour':1} | 422 | /colour | colour | one of activations, baseline, comparedWith, cotangents, data",
                "{'model':{'formula':'mean(x @ )'}} | 400 | /model/formula | ) | a number, a name",
                "{'model':{'formula':'mean(x @ q)'},'data':{'x':[1]}} | 422 | /model/formula | q | data: x",
                "{'model':{'formula':'mean(x @ w)'},'parameters':{'w':[1,2,3]},'data':{'x':[[1,2]]}} | 422 | /model/formula | [1, 2] times [3, 1] | here k is 2 and 3",
                "{'model':{'formula':'mean(x)'},'data':{'x':[1,2]}} | 422 | /parameters | none | values under parameters",
                "{'model':{'formula':'sum(w)'},'parameters':{'w':[1,'NaN']}} | 422 | /parameters/w/1 | NaN | a finite number",
                "{'model':{'formula':'sum(w)'},'parameters':{'w':1},'data':{'a/b':2}} | 422 | /data/a~1b | a/b | one of",
                "{'model':{'formula':'w'},'loss':{'kind':'mse'},'parameters':{'w':[1]}} | 422 | /data/y | data [] | loss.target",
                "{'model':{'formula':'w'},'loss':{'kind':'mse'},'parameters':{'w':[1]},'data':{'y':[1,2]}} | 422 | /loss | [2] | [1]",
                "{'model':{'formula':'w'},'loss':{'kind':'crossEntropy'},'parameters':{'w':[[1,2]]},'data':{'y':[7]}} | 422 | /data/y/0 | 7 | from 0 to 1",
                "{'model':{'formula':'w'},'loss':{'kind':'huber','delta':-1},'parameters':{'w':[1]},'data':{'y':[1]}} | 422 | /loss/delta | -1.0 | above 0",
                "{'model':{'formula':'w'},'loss':{'kind':'nearly'},'parameters':{'w':1}} | 422 | /loss/kind | nearly | crossEntropy",
                "{'model':{'formula':'w'},'loss':{'output':'q'},'parameters':{'w':1}} | 422 | /loss/output | q | one of [out",
                "{'model':{'formula':'sum(w)'},'parameters':{'w':[1,2]},'gradients':{'w':[1]}} | 422 | /gradients/w | [1] | [2]",
                "{'model':{'formula':'sum(w)'},'parameters':{'w':[1,2]},'gradients':{'v/u':[1]}} | 422 | /gradients/v~1u | v/u | one of w",
                "{'model':{'formula':'sum(w)'},'parameters':{'w':[1,2]},'gradients':{}} | 422 | /gradients | no tensors | [w]",
                "{'model':{'formula':'sum(w)'},'parameters':{'w':[1]},'settings':{'tollerance':1}} | 422 | /settings/tollerance | tollerance | tolerance",
                "{'model':{'formula':'sum(w)'},'parameters':{'w':[1]},'settings':{'coverage':'all'}} | 422 | /settings/coverage | all | exhaustive",
                "{'model':{'formula':'sum(w)'},'parameters':{'w':[1]},'settings':{'step':1e-5}} | 422 | /settings/step | no scheme | central",
                "{'model':{'formula':'sum(w)'},'parameters':{'w':[1]},'settings':{'exclude':['*']}} | 422 | /settings | [w] | exclude does not",
                "{'model':{'formula':'sum(w)'},'parameters':{'w':[1]},'gradients':{'w':[1]},'settings':{'exclude':['v']}} | 422 | /settings/exclude/0 | v | one of w",
                "{'model':{'formula':'sum(w)'},'parameters':{'w':{'shape':[3],'datatype':'FP64','data':[1]}}} | 422 | /parameters/w/data | 1 numbers | [3]",
                "{'model':{'formula':'sum(w)'},'parameters':{'w':[[[[[[[[[1]]]]]]]]]}} | 413 | /parameters/w/0/0/0/0/0/0/0/0 | rank 9 | at most 8",
                "{'model':{'onnx':'AAAA'}} | 400 | /model | invalid tag | ONNX",
                "{'model': | 400 | /model | end-of-input | JSON"
            })
    void saysWhereWhatAndWhatInstead(String request, int status, String pointer, String got, String expected) {
        assertRefused(new Caller(port).post(Caller.CHECKS, request.replace('\'', '"')), status, pointer, got, expected);
    }

    @Test
    void refusesWhatWouldCostTooMuch() {
        String wide = IntStream.range(0, 1_000).mapToObj(i -> "[1]").collect(Collectors.joining(",", "[", "]"));
        String products = IntStream.range(1, 11)
                .mapToObj(i -> "a%d = a%d @ a0".formatted(i, i - 1))
                .collect(Collectors.joining("; ", "a0 = w @ transpose(w); ", "; sum(a10)"));
        String request =
                "{\"model\":{\"formula\":\"%s\"},\"parameters\":{\"w\":%s},\"settings\":{\"coverage\":\"sampled\",\"samples\":1000}}"
                        .formatted(products, wide);
        assertRefused(new Caller(port).post(Caller.CHECKS, request), 422, "", "s of one core, by estimate", "at most");
    }

    @Test
    void refusesBodiesThatAreTooLargeOrTooDeep() {
        Caller caller = new Caller(port);
        String long_ = "{\"model\":{\"onnx\":\"" + "A".repeat(65 << 20) + "\"}}";
        assertRefused(caller.post(Caller.CHECKS, long_), 413, "", "bytes", "at most 67108864 bytes");

        String deep = "{\"settings\":{\"tolerance\":" + "[".repeat(200) + "]".repeat(200) + "}}";
        Caller.Answer answer = caller.post(Caller.CHECKS, deep);
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(413);
        assertThat(answer.text("expected")).contains("100");
    }

    @Test
    void countsTheTensorsOfAllPartsTogether() {
        String request = "{\"model\":{\"formula\":\"w\"},\"parameters\":{%s},\"data\":{%s}}"
                .formatted(scalars("p", 6_000), scalars("d", 6_000));
        assertRefused(new Caller(port).post(Caller.CHECKS, request), 413, "", "12000 tensors", "at most 10000");
    }

    private static String scalars(String prefix, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"" + prefix + i + "\":1")
                .collect(Collectors.joining(","));
    }

    @Test
    void refusesAConvolutionWithoutAStride() throws IOException {
        Consumer<NodeProto.Builder> stride = node -> {
            for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
                if (attribute.getName().equals("strides")) {
                    attribute.clearInts().addInts(0).addInts(0);
                }
            }
        };
        assertRefused(uploaded("conv-2d", stride, "{}"), 422, "model/node/~1Conv", "[0, 0]", "integers from 1");
    }

    @Test
    void refusesOperatorsThatItDoesNotKnowByName() throws IOException {
        Consumer<NodeProto.Builder> unknown = node -> node.setOpType("StringNormalizer");
        assertRefused(uploaded("conv-2d", unknown, "{}"), 422, "model/node/~1Conv", "StringNormalizer", "");
    }

    @Test
    void refusesRowsOutsideOfAnEmbedding() throws IOException {
        String indices = "{\"data\":{\"x\":{\"shape\":[2,3],\"datatype\":\"INT64\",\"data\":[0,1,2,3,4,7]}}}";
        assertRefused(uploaded("embedding", node -> {}, indices), 422, "request/data/x/1/2", "7", "-7 to 6");
    }

    /** A node of the model is changed; data comes from the fixture unless the request has it. */
    private Caller.Answer uploaded(String name, Consumer<NodeProto.Builder> change, String request) throws IOException {
        Path folder = FIXTURES.resolve("onnx-ops").resolve(name);
        ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(folder.resolve("model.onnx"))).toBuilder();
        change.accept(model.getGraphBuilder().getNodeBuilder(0));
        byte[] json = request.getBytes(StandardCharsets.UTF_8);
        byte[] file = model.build().toByteArray();
        return new Caller(port)
                .upload(
                        Caller.CHECKS,
                        request.contains("data")
                                ? Map.of("request", json, "model", file)
                                : Map.of(
                                        "request",
                                        json,
                                        "model",
                                        file,
                                        "data",
                                        Files.readAllBytes(folder.resolve("data.safetensors"))));
    }

    @Test
    void saysWhichPartOfAnUploadIsMeant() {
        Fixture mlp = new Fixture("sigmoid-mlp", "float64");
        byte[] model = mlp.bytes("model.onnx");
        byte[] data = mlp.bytes("data.safetensors");
        byte[] other = new Fixture("cnn", "float64").bytes("data.safetensors");
        byte[] loss = "{\"loss\":{\"kind\":\"mse\"}}".getBytes(StandardCharsets.UTF_8);
        byte[] typo = "{\"los\":{}}".getBytes(StandardCharsets.UTF_8);
        byte[] twice = "{\"data\":{\"x\":1}}".getBytes(StandardCharsets.UTF_8);
        Caller caller = new Caller(port);
        for (String path : new String[] {Caller.CHECKS, Caller.EVALUATIONS}) {
            assertRefused(
                    caller.upload(path, Map.of("request", loss, "model", model, "data", other)),
                    422,
                    "data/x",
                    "[4, 1, 28, 28]",
                    "[2, 2]");
            assertRefused(
                    caller.upload(path, Map.of("request", typo, "model", model)), 422, "request/los", "los", "loss");
            assertRefused(
                    caller.upload(path, Map.of("request", twice, "model", model, "data", data)),
                    422,
                    "data/x",
                    "in the file and in the request",
                    "once");
        }
    }

    private static void assertRefused(Caller.Answer answer, int status, String pointer, String got, String expected) {
        String whole = answer.body().toString();
        assertThat(answer.status()).as(whole).isEqualTo(status);
        assertThat(answer.text("pointer")).as(whole).isEqualTo(pointer);
        assertThat(answer.text("got")).as(whole).contains(got);
        assertThat(answer.text("expected")).as(whole).contains(expected);
        assertThat(answer.text("type")).as(whole).startsWith("/problems/");
    }
}
