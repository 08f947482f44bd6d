package dev.plumbline.optimize.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.jobs.Checkpoints;
import dev.plumbline.limits.Limits;
import dev.plumbline.tensor.TensorJson;
import dev.plumbline.tensor.TensorLimits;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.EnumNamingStrategies;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A run that is killed and goes on from its last checkpoint has the report of one that was not, to the last bit. */
@NullUnmarked
class TrainingRunCheckpointTests {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enumNamingStrategy(EnumNamingStrategies.LOWER_CAMEL_CASE)
            .addModule(TensorJson.module(TensorLimits.DEFAULT))
            .build();

    private static final String MODEL = "{'model':{'layers':[{'type':'dense','units':3},{'type':'tanh'},"
            + "{'type':'dense','units':1}]},'loss':{'kind':'mse'},'parameters':{'0.weight':"
            + "[[0.3,-0.2],[0.1,0.4],[-0.5,0.2]],'0.bias':[0.1,0,-0.1],'2.weight':[[0.2,-0.3,0.5]],"
            + "'2.bias':[0.05]},'data':{'x':[[1,2],[0.5,-1],[2,0],[-1,1],[0.3,0.7],[1.5,-0.5],[-2,0.1]],"
            + "'y':[[1],[0],[1],[0.5],[0.2],[0.8],[-1]]},";

    private final TrainingRunService service = new TrainingRunService(Limits.defaults());

    static Stream<String> runs() {
        Stream<String> kinds = Stream.of(Kind.values())
                .map(kind -> "'iterations':60,'reportEvery':7,'optimizer':{'kind':'" + kind + "','learningRate':0.01}");
        String sgd = "'optimizer':{'kind':'sgd','learningRate':0.3,'momentum':0.9}";
        String batches = "'iterations':60,'batchSize':2,'shuffleSeed':5,'reportEvery':9,";
        String plateau = "{'kind':'reduceOnPlateau','patience':1,'cooldown':1,'threshold':0.2}";
        return Stream.concat(
                kinds,
                Stream.of(
                        batches + sgd,
                        batches + sgd + ",'schedule':{'kind':'cosine'},'clipping':{'norm':0.5}",
                        batches + sgd + ",'schedule':" + plateau,
                        batches + sgd + ",'schedule':{'kind':'linearWarmup','steps':10,'next':" + plateau + "}",
                        batches + sgd + ",'schedule':{'kind':'chained','milestones':[20],'schedules':"
                                + "[{'kind':'exponential','factor':0.99}," + plateau + "]}",
                        "'iterations':400,'reportEvery':50," + sgd + ",'stop':{'patience':9}",
                        "'iterations':1200,'reportEvery':100,'optimizer':{'kind':'adam','learningRate':0.001}",
                        "'iterations':60,'reportEvery':1,'optimizer':{'kind':'sgd','learningRate':3}"));
    }

    /** The process dies. */
    private static final class Killed extends RuntimeException {}

    /** Keeps every so many iterations, and dies behind the last of so many. */
    private static final class InMemory implements Checkpoints {
        private final int every;
        private int lives;
        private byte[] last;
        private int iterations;
        private int kept;

        private InMemory(int every, int lives) {
            this.every = every;
            this.lives = lives;
        }

        @Override
        public Optional<byte[]> last() {
            return Optional.ofNullable(last);
        }

        @Override
        public boolean isDue() {
            iterations++;
            if (kept == 2 && lives > 0 && iterations % every == every - 1) {
                lives--;
                kept = 0;
                throw new Killed();
            }
            return iterations % every == 0;
        }

        @Override
        public void keep(byte[] state) {
            last = state.clone();
            kept++;
        }
    }

    private JsonNode report(String settings, Checkpoints checkpoints) {
        TrainingRunRequest request =
                JSON.readValue((MODEL + settings + "}").replace('\'', '"'), TrainingRunRequest.class);
        TrainingRunReport report = service.train(request, new TrainingRunHandle(progress -> {}).with(checkpoints));
        ObjectNode plain = (ObjectNode) JSON.readTree(JSON.writeValueAsBytes(report));
        return plain.without(List.of("id", "seconds"));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void goesOnAsIfNothingHadHappened(String settings) {
        JsonNode whole = report(settings, Checkpoints.NONE);
        InMemory checkpoints = new InMemory(7, 2);
        List<Killed> deaths = new ArrayList<>();
        JsonNode resumed = null;
        while (resumed == null) {
            try {
                resumed = report(settings, checkpoints);
            } catch (Killed killed) {
                deaths.add(killed);
            }
        }

        assertThat(resumed).isEqualTo(whole);
        assertThat(deaths).hasSizeBetween(settings.contains("patience':9") ? 0 : 1, 2);
        // It did go on: what was done in all is the run, and what each death has cost.
        assertThat(checkpoints.iterations)
                .isBetween(whole.path("steps").asInt() - 2, whole.path("steps").asInt() + 2 * 7);
    }

    @Test
    void aStateOfAnotherLayoutIsNotTaken() {
        TrainingRunState state = new TrainingRunState();
        state.add(1, Double.NaN, -0.0);
        state.addAll(List.of(new double[] {4}, new double[0]));
        byte[] bytes = state.bytes();

        TrainingRunState read = TrainingRunState.of(bytes).orElseThrow();
        assertThat(read.take()).containsExactly(1, Double.NaN, -0.0);
        assertThat(read.takeAll()).containsExactly(new double[] {4}, new double[0]);
        assertThatThrownBy(read::take).isInstanceOf(IndexOutOfBoundsException.class);

        ByteBuffer.wrap(bytes).put(0, (byte) 2);
        assertThat(TrainingRunState.of(bytes)).isEmpty();
    }
}
