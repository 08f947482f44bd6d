package dev.plumbline.check;

import dev.plumbline.check.TorchSets.TorchSet;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** PyTorch's float32 gradients, cast to a narrow datatype at the end: that explains one rounding of each number, no more. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class PyTorchNarrowCastTests {

    /** A tensor that float32 spreads no wider must PASS; any wider may be left undecided. */
    private static final double SHARP = 1e-4;

    private static final int SETS = 4;

    @LocalServerPort
    private int port;

    static Stream<Arguments> files() {
        Stream<TorchSets> files = Stream.concat(
                Stream.of(new TorchSets("sequences", "transformer", "float32")),
                TorchSets.of("batch-norm-offsets", "offset-0", "offset-10", "offset-100"));
        return files.flatMap(file -> Stream.of(Datatype.FP16, Datatype.BF16).map(narrow -> Arguments.of(file, narrow)));
    }

    static Stream<Arguments> fixtures() {
        return Fixture.NAMES.stream()
                .map(name -> new Fixture(name, "float32"))
                .flatMap(each -> Stream.of(Datatype.FP16, Datatype.BF16).map(narrow -> Arguments.of(each, narrow)));
    }

    @ParameterizedTest
    @MethodSource("files")
    void explainsOneRoundingThroughNormalisations(TorchSets file, Datatype narrow) {
        List<TorchSet> all = file.sets();
        hold(new TorchVerdicts(new Caller(port), "{}"), file.model(), all, narrow);
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void explainsOneRoundingInEveryFixture(Fixture fixture, Datatype narrow) {
        Map<String, Tensor> data = fixture.tensors("data.safetensors");
        Map<String, Tensor> gradients = fixture.tensors("gradients.safetensors");
        Map<String, Tensor> rounding = new HashMap<>();
        fixture.exactGradients().forEach((name, exact) -> {
            double[] error =
                    Objects.requireNonNull(gradients.get(name)).values().clone();
            for (int i = 0; i < error.length; i++) {
                error[i] -= exact.at(i);
            }
            rounding.put(name, Tensor.of(exact.shape(), error));
        });
        TorchSet set = new TorchSet(fixture.toString(), Map.of(), data, gradients, rounding);
        String request = "{\"loss\": %s}".formatted(fixture.json("fixture.json").get("loss"));
        TorchVerdicts verdicts = TorchVerdicts.ofRequest(new Caller(port), request);
        hold(verdicts, fixture.bytes("model.onnx"), List.of(set), narrow);
    }

    /** The right ones pass, a tensor scaled or with a row flipped does not. */
    private static void hold(TorchVerdicts verdicts, byte[] model, List<TorchSet> all, Datatype narrow) {
        Random random = new Random(19);
        for (TorchSet wide : all.subList(0, Math.min(SETS, all.size()))) {
            Map<String, Double> spread = TorchVerdicts.spread(wide, all);
            TorchSet set = wide.in(narrow);
            JsonNode report = verdicts.report(set.name(), verdicts.ask(model, set, set.gradients()));
            for (JsonNode tensor : report.path("tensors")) {
                boolean sharp = spread.getOrDefault(tensor.path("name").asString(), 0.0) <= SHARP;
                verdicts.hold(set.name(), tensor, sharp ? EnumSet.of(Verdict.PASS) : TorchVerdicts.UNREFUTED);
            }
            spread.replaceAll((name, once) -> once + narrow.unitRoundoff());
            List<String> names = List.copyOf(set.gradients().keySet());
            for (Planted mistake : List.of(Planted.SCALED, Planted.ROW_FLIPPED)) {
                verdicts.plantedUnconfirmed(
                        model, set, spread, mistake, names.get(random.nextInt(names.size())), random);
            }
        }
        verdicts.requireNoneWrong();
    }
}
