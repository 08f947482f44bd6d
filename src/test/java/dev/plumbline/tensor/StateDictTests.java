package dev.plumbline.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import dev.plumbline.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of {@code torch.save}, against what PyTorch itself reads from them (fixtures/make_state_dicts.py). */
class StateDictTests {

    private static final Path FILES = Path.of("src/test/resources/fixtures/state-dicts");
    private static final TensorLimits LIMITS = new TensorLimits(1 << 16, 200, 8, 1 << 14);

    private static byte[] file(String name) {
        try {
            return Files.readAllBytes(FILES.resolve(name));
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    private static Map<String, Tensor> read(byte[] file) {
        return TensorFiles.read(file, "w", LIMITS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"modules", "protocol-4", "datatypes", "views", "parameters", "checkpoint", "unused-gradient"})
    void readsWhatPyTorchReads(String name) {
        assertThat(read(file(name + ".pt"))).isEqualTo(read(file(name + ".safetensors")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"modules", "datatypes", "checkpoint"})
    void readsTheSameFromAnOpenFile(String name, @TempDir Path directory) throws IOException {
        Path copy = Files.write(directory.resolve("copy.pt"), file(name + ".pt"));
        try (StoredTensors stored = StoredTensors.takeOver(copy, "w", LIMITS)) {
            Map<String, Tensor> loaded = new LinkedHashMap<>();
            stored.tensors().forEach((key, tensor) -> loaded.put(key, tensor.tensor()));
            assertThat(loaded).isEqualTo(read(file(name + ".safetensors")));
        }
    }

    @Test
    void asksForContiguousTensorsInAnOpenFile(@TempDir Path directory) throws IOException {
        Path copy = Files.write(directory.resolve("copy.pt"), file("views.pt"));
        Problem problem = catchThrowableOfType(Problem.class, () -> StoredTensors.takeOver(copy, "w", LIMITS));
        assertThat(problem.pointer()).isEqualTo("/transposed");
        assertThat(problem.expected()).contains("contiguous()");
    }

    @ParameterizedTest
    @CsvSource({
        "two-models, discriminator, checkpoint[\"discriminator\"]",
        "whole-module, torch.nn.modules.container.Sequential, state_dict()",
        "numbers, 1 other things, state_dict()",
        "legacy, 80 02, torch.save since PyTorch 1.6"
    })
    void refusesWhatHoldsMoreOrLessThanOneStateDict(String name, String got, String cure) {
        Problem problem = catchThrowableOfType(Problem.class, () -> read(file(name + ".pt")));
        assertThat(problem.got()).contains(got);
        assertThat(problem.expected()).contains(cure);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cos\nsystem\n(X\u0002\u0000\u0000\u0000lstR.",
                "c__builtin__\neval\n.",
                "ctorch._utils\n_rebuild_qtensor\n.",
                "ctorch.storage\nUntypedStorage\n."
            })
    void refusesEveryOtherNameOfPython(String pickle) {
        Problem problem =
                catchThrowableOfType(Problem.class, () -> Pickle.read(pickle.getBytes(StandardCharsets.ISO_8859_1)));
        assertThat(problem.code()).isEqualTo(Problem.Code.UNSUPPORTED);
        assertThat(problem.got())
                .isEqualTo(pickle.substring(1).replaceFirst("\n", ".").split("\n", 2)[0]);
    }

    /** Stack, memo, marks and objects that hold themselves: each is one line of opcodes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                ".",
                "a.",
                "(.",
                "]((e.",
                "h\u0000.",
                "}q\u0000X\u0001\u0000\u0000\u0000ah\u0000s",
                "t.",
                "R.",
                "X\u00ff\u00ff\u00ff\u007f."
            })
    void refusesWhatItsMachineCannotDo(String pickle) {
        Problem problem =
                catchThrowableOfType(Problem.class, () -> Pickle.read(pickle.getBytes(StandardCharsets.ISO_8859_1)));
        assertThat(problem.code()).isEqualTo(Problem.Code.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"modules", "protocol-4", "datatypes", "views", "checkpoint"})
    void damagedFilesGiveTensorsOrAProblem(String name) {
        byte[] right = file(name + ".pt");
        SplittableRandom random = new SplittableRandom(name.hashCode());
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] mutant = mutated(right, random);
            long before = allocated();
            try {
                read(mutant);
            } catch (Problem expected) {
                refused++;
            }
            assertThat(allocated() - before).as("bytes of mutant %d", i).isLessThan(80L * LIMITS.bytes() + (2 << 20));
        }
        assertThat(refused).isBetween(400, 1999);
    }

    @ParameterizedTest
    @ValueSource(strings = {"adam", "sgd", "checkpoint", "groups", "lbfgs"})
    void damagedOptimizerStatesGiveAStateOrAProblem(String name, @TempDir Path directory) throws IOException {
        byte[] right =
                Files.readAllBytes(FILES.resolveSibling("optimizer-states").resolve(name + "-state.pt"));
        SplittableRandom random = new SplittableRandom(name.hashCode());
        int refused = 0;
        for (int i = 0; i < 400; i++) {
            Path mutant = Files.write(directory.resolve("mutant" + i), mutated(right, random));
            long before = allocated();
            try (StoredTensors stored = StoredTensors.takeOver(mutant, "w", LIMITS)) {
                stored.optimizer().ifPresent(state -> state.state().values().forEach(kept -> kept.values()
                        .forEach(TensorSource::doubles)));
            } catch (Problem expected) {
                refused++;
            }
            assertThat(allocated() - before).as("bytes of mutant %d", i).isLessThan(80L * LIMITS.bytes() + (2 << 20));
        }
        assertThat(refused).isBetween(80, name.equals("lbfgs") ? 400 : 399);
    }

    /** One dictionary under many positions, one list of positions in many groups: counted where they stand. */
    @ParameterizedTest
    @CsvSource({"true, tensors", "false, tensors"})
    void countsWhatOneThingInManyPlacesComesTo(boolean states, String what) {
        Map<Object, Object> kept = new LinkedHashMap<>();
        List<Object> positions = new ArrayList<>();
        for (long i = 0; i < 100; i++) {
            kept.put("a" + i, 1.5);
            positions.add(i);
        }
        Map<Object, Object> state = new LinkedHashMap<>();
        List<Object> groups = new ArrayList<>();
        for (long i = 0; i < 3; i++) {
            if (states) {
                state.put(i, kept);
            } else {
                groups.add(Map.of("params", positions));
            }
        }
        Map<Object, Object> hostile = Map.of("state", state, "param_groups", groups);
        Problem problem = catchThrowableOfType(
                Problem.class, () -> OptimizerDict.of(hostile, LIMITS, (pointer, view) -> Tensor.scalar(0)));
        assertThat(problem.code()).isEqualTo(Problem.Code.LIMIT);
        assertThat(problem.getMessage()).contains(what);
    }

    /** A dictionary that tells how often it was looked through. */
    private static final class Counted extends LinkedHashMap<Object, Object> {
        private int looks;

        @Override
        public Collection<Object> values() {
            looks++;
            return super.values();
        }
    }

    /** One dictionary under 300 keys, and a third of tensors: neither is looked at more than it takes. */
    @Test
    void looksOnceThroughADictionaryInManyPlaces() {
        Pickled.View view =
                new Pickled.View(new Pickled.Storage(Datatype.FP32, "0", 1), 0, new long[] {1}, new long[] {1});
        Counted mixed = new Counted();
        mixed.put("a", view);
        mixed.put("b", 1L);
        Counted third = new Counted();
        third.put("w", view);
        Map<Object, Object> top = new LinkedHashMap<>();
        for (int i = 0; i < 300; i++) {
            top.put("mixed" + i, mixed);
        }
        top.put("model", Map.of("w", view));
        top.put("ema", Map.of("w", view));
        top.put("third", third);
        assertThat(StateDict.dictionaries(top)).containsOnlyKeys("model", "ema");
        assertThat(mixed.looks).isEqualTo(2);
        assertThat(third.looks).isZero();
    }

    @Test
    void countsTheThingsOfACheckpoint() {
        TensorLimits none = new TensorLimits(1 << 16, 0, 8, 1 << 14);
        Problem problem = catchThrowableOfType(Problem.class, () -> TensorFiles.read(file("numbers.pt"), "w", none));
        assertThat(problem.code()).isEqualTo(Problem.Code.LIMIT);
    }

    /** One tuple as the shape of many tensors: each would copy it. */
    @ParameterizedTest
    @CsvSource({"32, true", "33, false"})
    void readsAsManyAxesAsATensorMayHave(int axes, boolean read) {
        String tuple = "(" + "K\u0001".repeat(axes) + "t";
        String storage =
                "(X\u0007\u0000\u0000\u0000storagectorch\nFloatStorage\nX\u0001\u0000\u0000\u00000K\u0000K\u0001tQ";
        byte[] pickle = ("ctorch._utils\n_rebuild_tensor_v2\n(" + storage + "K\u0000" + tuple + tuple + "tR.")
                .getBytes(StandardCharsets.ISO_8859_1);
        if (read) {
            assertThat(((Pickled.View) Pickle.read(pickle)).extents()).hasSize(axes);
        } else {
            assertThat(catchThrowableOfType(Problem.class, () -> Pickle.read(pickle))
                            .got())
                    .isEqualTo("33");
        }
    }

    /** A list of 10,000 numbers under 63 keys of a group that stands in 200 places: 5 GB if each were copied. */
    @Test
    void copiesNoLongListOfAGroup() {
        List<Object> numbers = new ArrayList<>();
        for (long i = 0; i < 10_000; i++) {
            numbers.add(i);
        }
        Map<Object, Object> group = new LinkedHashMap<>();
        for (int i = 0; i < 62; i++) {
            group.put("a" + i, numbers);
        }
        group.put("betas", new Pickled.Tuple(List.of(0.9, 0.99)));
        List<Object> groups = Collections.nCopies(200, group);
        long before = allocated();
        OptimizerDict read = OptimizerDict.of(
                Map.of("state", Map.of(), "param_groups", groups), LIMITS, (pointer, view) -> Tensor.scalar(0));
        assertThat(allocated() - before).isLessThan(1 << 18);
        assertThat(read.groups()).hasSize(200).containsOnly(Map.of("betas", List.of(0.9, 0.99)));
    }

    @ParameterizedTest
    @CsvSource({"8, true", "9, false"})
    void keepsShortListsOfAGroup(int length, boolean kept) {
        List<Object> numbers = Collections.nCopies(length, 0.5);
        OptimizerDict read = OptimizerDict.of(
                Map.of("state", Map.of(), "param_groups", List.of(Map.of("betas", numbers))),
                LIMITS,
                (pointer, view) -> Tensor.scalar(0));
        assertThat(read.groups().get(0).containsKey("betas")).isEqualTo(kept);
    }

    /** Positions may be a tuple. */
    @Test
    void countsPositionsInATuple() {
        Map<Object, Object> group = Map.of("params", new Pickled.Tuple(Collections.nCopies(150, 1L)));
        Problem problem = catchThrowableOfType(
                Problem.class,
                () -> OptimizerDict.of(
                        Map.of("state", Map.of(), "param_groups", List.of(group, group)),
                        LIMITS,
                        (pointer, view) -> Tensor.scalar(0)));
        assertThat(problem.code()).isEqualTo(Problem.Code.LIMIT);
    }

    /** Flips in the pickle and the directory, where the structure is; a number made extreme; a file cut off. */
    private static byte[] mutated(byte[] right, SplittableRandom random) {
        if (random.nextInt(20) == 0) {
            return Arrays.copyOf(right, random.nextInt(right.length));
        }
        byte[] mutant = right.clone();
        int structure = Math.min(right.length, 3000);
        for (int k = 0; k <= random.nextInt(4); k++) {
            int at = random.nextBoolean() ? random.nextInt(structure) : right.length - 1 - random.nextInt(structure);
            mutant[at] = random.nextInt(3) == 0
                    ? (byte) new int[] {0, 1, 0x7f, 0xff, '(', 'R', 'h', 't', '}', 's'}[random.nextInt(10)]
                    : (byte) (mutant[at] ^ 1 << random.nextInt(8));
        }
        return mutant;
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
