package dev.plumbline.optimize.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plumbline.limits.Limits;
import dev.plumbline.optimize.training.TrainingRunStop.Reason;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.TensorJson;
import dev.plumbline.tensor.TensorLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.EnumNamingStrategies;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@NullUnmarked
class TrainingRunServiceTests {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enumNamingStrategy(EnumNamingStrategies.LOWER_CAMEL_CASE)
            .addModule(TensorJson.module(TensorLimits.DEFAULT))
            .build();

    private final TrainingRunService service = new TrainingRunService(Limits.defaults());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "article3 | 4 | 'iterations':1000,'optimizer':{'kind':'sgd','learningRate':0.5}",
                "batches  | 3 | 'iterations':50,'batchSize':4,'optimizer':{'kind':'sgd','learningRate':0.1,'momentum':0.9},"
                        + "'schedule':{'kind':'cosine'}"
            })
    void walksPyTorchsPathToItsEnd(String name, int hidden, String settings) throws IOException {
        Path file = Path.of("src/test/resources/fixtures/training/training.json");
        JsonNode expected = JSON.readTree(Files.readString(file)).get(name);
        String layers = "[{'type':'dense','units':" + hidden + "},{'type':'sigmoid'},{'type':'dense','units':1},"
                + "{'type':'sigmoid'}]";
        TrainingRunReport report = train("{'model':{'layers':" + layers + "},'loss':{'kind':'mse'},'parameters':"
                + expected.get("start") + ",'data':{'x':" + expected.get("x") + ",'y':" + expected.get("y")
                + "},'reportEvery':1," + settings + "}");
        assertThat(report.stopped()).isEqualTo(Reason.ITERATIONS);
        for (List<Number> point : report.losses()) {
            double loss =
                    expected.get("losses").get(point.get(0).intValue() - 1).asDouble();
            // Sums in another order, over a thousand steps.
            assertThat(point.get(1).doubleValue()).isCloseTo(loss, org.assertj.core.data.Offset.offset(1e-13));
        }
        assertThat(report.losses()).hasSameSizeAs(expected.get("losses"));
        assertThat(report.parameters().keySet())
                .containsExactlyInAnyOrderElementsOf(expected.get("end").propertyNames());
        report.parameters().forEach((key, found) -> {
            List<Double> flat = new ArrayList<>();
            flatten(expected.get("end").get(key), flat);
            for (int i = 0; i < found.size(); i++) {
                assertThat(found.at(i)).as(key).isCloseTo(flat.get(i), org.assertj.core.data.Offset.offset(1e-12));
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"article-2-adam, LOSS_BELOW", "article-3-sigmoid, ITERATIONS", "article-5-cnn, ITERATIONS"})
    void makesTheLossOfTheArticlesFall(String example, Reason reason) throws IOException {
        Path file = Path.of("src/main/resources/examples/training-runs", example + ".json");
        TrainingRunReport report = train(Files.readString(file));
        assertThat(report.stopped()).isEqualTo(reason);
        double first = report.losses().get(0).get(1).doubleValue();
        double last = report.losses().get(report.losses().size() - 1).get(1).doubleValue();
        assertThat(last).isLessThan(first / 5);
        assertThat(report.gradientNorms()).hasSameSizeAs(report.losses());
        assertThat(report.health().layers()).isNotEmpty().allSatisfy(layer -> {
            assertThat(layer.gradientNorms()).hasSameSizeAs(report.losses());
            assertThat(layer.updateRatios()).hasSameSizeAs(report.losses());
        });
    }

    @Test
    void stopsAtTheFirstLossThatIsNotFiniteAndSaysWhere() {
        // x doubles its distance and changes sign: 3^t, until its square overflows.
        TrainingRunReport report =
                train("{'model':{'formula':'x^2'},'parameters':{'x':1},'iterations':1000,'optimizer':{'kind':'sgd',"
                        + "'learningRate':2}}");
        assertThat(report.stopped()).isEqualTo(Reason.NON_FINITE);
        long last = report.losses().get(report.losses().size() - 1).get(0).longValue();
        assertThat(last).isEqualTo(325); // 9^323 < 1.8e308 < 9^324
        assertThat(report.summary()).contains("iteration 325", "Infinity");
        assertThat(report.steps()).isEqualTo(324);
        assertThat(report.parameters().get("x").item()).isFinite();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'lossBelow':0.5 | LOSS_BELOW | 0.5",
                "'gradientNormBelow':0.5 | GRADIENT_NORM_BELOW | 0.0625",
                "'patience':5 | PATIENCE | 1e-30"
            })
    void stopsByTheRuleThatHolds(String rule, Reason reason, double most) {
        TrainingRunReport report = train("{'model':{'formula':'x^2'},'parameters':{'x':3},'iterations':5000,"
                + "'optimizer':{'kind':'sgd','learningRate':0.1},'stop':{" + rule + "}}");
        assertThat(report.stopped()).isEqualTo(reason);
        double last = report.losses().get(report.losses().size() - 1).get(1).doubleValue();
        assertThat(last).isLessThanOrEqualTo(most);
    }

    @Test
    void shufflesEveryEpochByItsSeedAndUsesEverySampleOnce() {
        // The gradient by w is the sum of the batch's numbers, each a power of two of its own.
        String run = "{'model':{'formula':'w * sum(x)'},'parameters':{'w':1},'data':{'x':[1,2,4,8,16]},'iterations':6,"
                + "'batchSize':2,'reportEvery':1,'optimizer':{'kind':'sgd','learningRate':0},'shuffleSeed':%d}";
        List<Integer> batches = losses(train(run.formatted(1)));
        assertThat(batches.subList(0, 3).stream().mapToInt(sum -> sum).sum()).isEqualTo(31);
        assertThat(batches.subList(3, 6).stream().mapToInt(sum -> sum).sum()).isEqualTo(31);
        assertThat(batches.stream().mapToInt(Integer::bitCount)).containsExactly(2, 2, 1, 2, 2, 1);
        assertThat(batches.subList(0, 3)).isNotEqualTo(batches.subList(3, 6));
        assertThat(losses(train(run.formatted(1)))).isEqualTo(batches);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "sgd     | {'kind':'sgd','learningRate':0.02,'momentum':0.5} | 'oneCycle','maxMomentum':0.95",
                "adam    | {'kind':'adam','learningRate':0.1} | 'oneCycle','threePhases':true,'baseMomentum':0.85",
                "adamw   | {'kind':'adamw','learningRate':0.1} | 'oneCycle','baseMomentum':0.85,'maxMomentum':0.95",
                "rmsprop | {'kind':'rmsprop'} | 'cyclic','up':3,'minimumRate':0.001,'maxMomentum':0.9",
                "zero    | {'kind':'sgd','learningRate':0.02} | 'cyclic','up':3,'minimumRate':0.001,'baseMomentum':0"
            })
    void cyclesTheMomentumAsPyTorch(String name, String optimizer, String schedule) throws IOException {
        TrainingRunReport report =
                train("{'model':{'formula':'(x - 3)^2 + (x*y - 1)^2'},'parameters':{'x':0.5,'y':0.5},'iterations':20,"
                        + "'reportEvery':1,'optimizer':" + optimizer + ",'schedule':{'kind':" + schedule + "}}");
        String losses = Files.readString(Path.of("src/test/resources/fixtures/schedules/cycled-runs.csv"))
                .lines()
                .filter(line -> line.startsWith(name + ","))
                .findFirst()
                .orElseThrow();
        double[] expected = Arrays.stream(losses.split(","))
                .skip(1)
                .mapToDouble(Double::parseDouble)
                .toArray();
        assertThat(report.losses()).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(report.losses().get(i).get(1).doubleValue())
                    .isCloseTo(expected[i], org.assertj.core.data.Offset.offset(1e-12));
        }
    }

    @Test
    void lowersTheRateOnAPlateau() {
        List<TrainingRunProgress> seen = new ArrayList<>();
        service.train(
                read("{'model':{'formula':'0 * x'},'parameters':{'x':1},'iterations':8,'reportEvery':1,'optimizer':"
                        + "{'kind':'sgd','learningRate':1},'schedule':{'kind':'reduceOnPlateau','patience':2,"
                        + "'factor':0.5}}"),
                new TrainingRunHandle(seen::add));
        assertThat(seen).extracting(TrainingRunProgress::learningRate).containsExactly(1., 1., 1., 1., .5, .5, .5, .25);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // The warm-up of 2 ends with an epoch; then one best epoch and 3 that are no better.
                "2 | '' | .5, .75, 1, 1, 1, 1, .5, .5, .5, .25",
                // Epochs of 2 iterations: the second began in the warm-up of 3; the 3rd is the best, the 4th to 6th no
                // better.
                "3 | ,'batchSize':2 | .5, .6667, .8333, 1, 1, 1, 1, 1, 1, 1, 1, 1, .5, .5"
            })
    void lowersTheRateOnAPlateauAfterAWarmUp(int steps, String batches, String expected) {
        List<TrainingRunProgress> seen = new ArrayList<>();
        List<Double> rates =
                Arrays.stream(expected.split(",")).map(Double::valueOf).toList();
        service.train(
                read("{'model':{'formula':'0 * w * sum(x)'},'parameters':{'w':1},'data':{'x':[1,2,3,4]},'iterations':"
                        + rates.size() + batches + ",'reportEvery':1,'optimizer':{'kind':'sgd','learningRate':1},"
                        + "'schedule':{'kind':'linearWarmup','steps':" + steps + ",'startFactor':0.5,'next':"
                        + "{'kind':'reduceOnPlateau','patience':2,'factor':0.5}}}"),
                new TrainingRunHandle(seen::add));
        assertThat(seen)
                .extracting(told -> Math.round(1e4 * told.learningRate()) / 1e4)
                .isEqualTo(rates);
    }

    @Test
    void clipsTheStepAndReportsTheNormBefore() {
        TrainingRunReport report = train("{'model':{'formula':'100 * x'},'parameters':{'x':1},'iterations':1,"
                + "'clipping':{'norm':0.5},'optimizer':{'kind':'sgd','learningRate':1}}");
        assertThat(report.gradientNorms()).containsExactly(List.of(1L, 100.));
        assertThat(report.parameters().get("x").item()).isEqualTo(0.5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'iterations':1,'optimizer':{'kind':'sgd','beta1':0.9} | /optimizer/beta1",
                "'iterations':1,'optimizer':{'kind':'sgd'},'batchSize':9 | /batchSize",
                "'iterations':1,'optimizer':{'kind':'sgd'},'schedule':{'kind':'step'} | /schedule/every",
                "'iterations':9,'optimizer':{'kind':'adagrad'},'schedule':{'kind':'oneCycle','maxMomentum':0.9}"
                        + " | /schedule/maxMomentum",
                "'iterations':9,'optimizer':{'kind':'nadam'},'schedule':{'kind':'linearWarmup','steps':2,'next':"
                        + "{'kind':'oneCycle','baseMomentum':0.9}} | /schedule/next/baseMomentum",
                "'iterations':9,'optimizer':{'kind':'sgd','momentum':0.9,'nesterov':true},'schedule':{'kind':'cyclic',"
                        + "'up':2,'baseMomentum':0} | /schedule/baseMomentum",
                "'iterations':9,'optimizer':{'kind':'sgd'},'schedule':{'kind':'oneCycle','maxMomentum':0.8}"
                        + " | /schedule/baseMomentum"
            })
    void pointsAtWhatCannotBe(String settings, String pointer) {
        Problem problem = catchThrowableOfType(
                Problem.class,
                () -> train(
                        "{'model':{'formula':'sum(w * x)'},'parameters':{'w':1},'data':{'x':[1,2]}," + settings + "}"));
        assertThat(problem.pointer()).isEqualTo(pointer);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'shuffleSeed':1 | /shuffleSeed",
                "'clipping':{} | /clipping",
                "'loss':{'kind':'mse','delta':2} | /loss/delta",
                "'loss':{'output':'loss','weight':[1,2]} | /loss/weight",
                "'loss':{'reduction':'sum'} | /loss/reduction",
                "'parameters':{'w':1,'v':2} | /parameters/v"
            })
    void refusesWhatNothingWouldRead(String setting, String pointer) {
        String parameters = setting.startsWith("'parameters'") ? "" : ",'parameters':{'w':1}";
        String request = "{'model':{'formula':'sum(w * x)'},'data':{'x':[1,2]},'iterations':1,'optimizer':{'kind':"
                + "'sgd'}," + setting + parameters + "}";
        Throwable thrown = catchThrowable(() -> train(request));
        // A record does not know where it stands; Jackson does.
        String front = thrown instanceof DatabindException placed
                ? placed.getPath().stream()
                        .map(step -> "/" + step.getPropertyName())
                        .collect(Collectors.joining())
                : "";
        Problem problem = (Problem) (thrown instanceof Problem ? thrown : thrown.getCause());
        assertThat(front + problem.pointer()).isEqualTo(pointer);
        assertThat(problem.expected()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'y':[0,1,2,0,1,2,0,1,2,0,1,3] | /data/y/11 | 3 | a whole number from 0 to 2",
                "'y':[0,1,2,0,1,2,0,1,2,0,-1,1] | /data/y/10 | -1 | a whole number from 0 to 2",
                "'y':[0,1,2,0,1,2,0.5,1,2,0,1,1] | /data/y/6 | 0.5 | a whole number from 0 to 2"
            })
    void findsABadLabelBeforeTheFirstStepAndSaysWhoseItIs(String y, String pointer, String got, String expected) {
        Problem problem = refused("{'model':{'layers':[{'type':'dense','units':3}]},'loss':{'kind':'crossEntropy'},"
                + "'data':{'x':[[1],[2],[3],[4],[5],[6],[7],[8],[9],[10],[11],[12]]," + y + "}");
        assertThat(problem.pointer()).isEqualTo(pointer);
        assertThat(problem.got()).isEqualTo(got);
        assertThat(problem.expected()).isEqualTo(expected);
    }

    @Test
    void findsAWordThatAnEmbeddingDoesNotHave() {
        Problem problem = refused("{'model':{'layers':[{'type':'embedding','entries':3,'units':2},{'type':'flatten'}]},"
                + "'loss':{'kind':'crossEntropy'},'data':{'x':[[1,1],[2,0],[0,0],[1,2],[2,2],[0,3]],"
                + "'y':[0,1,2,3,0,1]}");
        assertThat(problem.pointer()).isEqualTo("/data/x/5/1");
        assertThat(problem.expected()).isEqualTo("a whole number from -3 to 2");
    }

    @Test
    void saysWhichDataHasHowManySamplesWhereBatchesDoNotFit() {
        Problem problem = refused("{'model':{'layers':[{'type':'dense','units':1}]},'loss':{'kind':'mse'},'data':{'x':"
                + "[[1],[2],[3],[4],[5],[6],[7],[8],[9],[10],[11],[12]],'y':[[1],[2],[3],[4],[5],[6],[7],[8]]}");
        assertThat(problem.explanation())
                .endsWith("(batchSize cuts mini-batches of 4: x has 12, which is not cut, and y has 8 samples)");
    }

    private Problem refused(String request) {
        return catchThrowableOfType(
                Problem.class, () -> train(request + ",'batchSize':4,'iterations':9,'optimizer':{'kind':'sgd'}}"));
    }

    @Test
    void stopsWhenNobodyListensAnyMoreBetweenTwoReports() {
        AtomicInteger pulses = new AtomicInteger();
        Runnable pulse = () -> {
            if (pulses.incrementAndGet() == 3) {
                throw new UncheckedIOException(new IOException("hung up"));
            }
        };
        TrainingRunHandle handle = new TrainingRunHandle("id", progress -> {}, pulse, Duration.ZERO);
        TrainingRunReport report = service.train(
                read("{'model':{'formula':'x^2'},'parameters':{'x':1},'iterations':10000000,'reportEvery':10000000,"
                        + "'optimizer':{'kind':'sgd'}}"),
                handle);
        assertThat(report.stopped()).isEqualTo(Reason.CANCELLED);
        assertThat(report.steps()).isEqualTo(3);
        assertThat(handle.isDeserted()).isTrue();
    }

    @Test
    void refusesAVectorAndANumberOfIterationsBelowOne() {
        String sgd = "'optimizer':{'kind':'sgd'}";
        assertThatThrownBy(() ->
                        train("{'model':{'formula':'[x, 2 * x]'},'parameters':{'x':1},'iterations':1," + sgd + "}"))
                .hasMessageContaining("/loss");
        assertThatThrownBy(() -> train("{'model':{'formula':'x'},'parameters':{'x':1},'iterations':0," + sgd + "}"))
                .hasStackTraceContaining("/iterations");
        assertThatThrownBy(() -> train("{'model':{'formula':'x'},'iterations':1,'parameters':{'x':1},'schedule':"
                        + "{'kind':'cosine','factor':1}," + sgd + "}"))
                .hasStackTraceContaining("/factor");
        assertThatThrownBy(() ->
                        train("{'model':{'formula':'x'},'iterations':1,'parameters':{'x':1},'wait':0," + sgd + "}"))
                .hasStackTraceContaining("/wait");
    }

    private static List<Integer> losses(TrainingRunReport report) {
        return report.losses().stream().map(point -> point.get(1).intValue()).toList();
    }

    private static void flatten(JsonNode node, List<Double> into) {
        if (node.isArray()) {
            node.forEach(child -> flatten(child, into));
        } else {
            into.add(node.asDouble());
        }
    }

    private TrainingRunReport train(String request) {
        return service.train(read(request), new TrainingRunHandle(progress -> {}));
    }

    private static TrainingRunRequest read(String request) {
        return JSON.readValue(request.replace('\'', '"'), TrainingRunRequest.class);
    }
}
