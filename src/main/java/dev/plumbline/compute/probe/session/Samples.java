package dev.plumbline.compute.probe.session;

import dev.plumbline.compute.probe.session.Entries.Entry;
import dev.plumbline.compute.probe.session.Step.Stage;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * The name of a mistake that is everywhere in a tensor, from a sample of its entries: the truth at a position, by
 * differences, is looked for where each mistake would have put it in the claim.
 *
 * <p>A name counts if it explains every sample and the claim as it stands leaves at least {@value #TELLING} unexplained.
 * Bad at tensors that are zero nearly everywhere: their samples tell nothing, and the mistake stays without a name.
 */
final class Samples {

    private static final int COUNT = 6;
    private static final int TELLING = 3;
    private static final int ATTEMPTS = 2;
    private static final int NEIGHBOURS = 8;
    private static final int FARTHEST_SHIFT = 1;

    private final Probing probing;
    private final int tensor;
    private final Shape shape;
    private final List<Entry> samples = new ArrayList<>();

    Samples(Probing probing, int tensor) {
        this.probing = probing;
        this.tensor = tensor;
        this.shape = probing.subject().tensor(tensor).shape();
    }

    /** A name, and where it would have taken the claim at a position from. */
    private record Guess(Fault fault, Places places) {}

    @FunctionalInterface
    private interface Places {
        int of(int position);
    }

    /** The name, or {@link Fault.Unknown}. */
    Fault name(long seed, double residual) {
        draw(seed, residual);
        List<Entry> telling = telling();
        if (telling.size() < TELLING) {
            return new Fault.Unknown();
        }
        Fault moved = within();
        if (!(moved instanceof Fault.Unknown)) {
            return moved;
        }
        OptionalDouble offset = offset();
        return offset.isPresent() ? new Fault.Offset(offset.getAsDouble()) : otherTensor();
    }

    /** Those measured, as evidence. */
    List<Entry> entries() {
        return samples;
    }

    private void draw(long seed, double residual) {
        SplittableRandom random = new SplittableRandom(seed);
        double each = residual / Math.sqrt(Math.max(1, shape.size()));
        for (int attempt = 0; attempt < ATTEMPTS && telling().size() < TELLING; attempt++) {
            List<int[]> indices = random.ints(4L * COUNT, 0, shape.size())
                    .distinct()
                    .limit(COUNT)
                    .mapToObj(shape::index)
                    .toList();
            samples.addAll(new Entries(probing, tensor).measured(Stage.NAMES, indices, each));
        }
    }

    private List<Entry> telling() {
        return samples.stream().filter(entry -> Entries.isWrong(entry.line())).toList();
    }

    private Fault within() {
        List<Guess> guesses = guesses();
        Map<List<Integer>, Integer> positions = new LinkedHashMap<>(); // index -> its place in the answer
        for (Guess guess : guesses) {
            for (Entry sample : samples) {
                positions.putIfAbsent(index(guess, sample), positions.size());
            }
        }
        List<Double> claims = claims(tensor, List.copyOf(positions.keySet()));
        for (Guess guess : guesses) {
            boolean explains = samples.stream().allMatch(sample -> {
                Integer place = positions.get(index(guess, sample));
                return place != null && explains(sample, claims.get(place));
            });
            if (explains) {
                return guess.fault();
            }
        }
        return new Fault.Unknown();
    }

    private List<Integer> index(Guess guess, Entry sample) {
        int place = guess.places().of(position(sample.index()));
        return Arrays.stream(shape.index(place)).boxed().toList();
    }

    private boolean explains(Entry sample, double claim) {
        double size = probing.subject().tensor(tensor).size();
        return Math.abs(claim * size - sample.line().numeric()) <= sample.line().bound();
    }

    private int position(int[] index) {
        int[] strides = shape.strides();
        int position = 0;
        for (int axis = 0; axis < index.length; axis++) {
            position += index[axis] * strides[axis];
        }
        return position;
    }

    private List<Double> claims(int of, List<List<Integer>> positions) {
        return probing.interview()
                .ask(Stage.NAMES, List.of(new Ask.Claims(of, positions)))
                .get(0)
                .claims();
    }

    // ── where a mistake takes the claim at a position from: n[p] stands at a[places(p)] ──

    private List<Guess> guesses() {
        List<Guess> guesses = new ArrayList<>();
        if (shape.rank() >= 2) {
            guesses.add(new Guess(new Fault.Transposed(), this::transposedOut));
            guesses.add(new Guess(new Fault.Transposed(), this::transposedIn));
        }
        int all = shape.size() - 1;
        for (int axis = 0; axis < shape.rank(); axis++) {
            int along = axis;
            guesses.add(new Guess(new Fault.Flipped(axis), p -> moved(p, along, i -> shape.extent(along) - 1 - i)));
            for (int by = -FARTHEST_SHIFT; by <= FARTHEST_SHIFT; by += 2 * FARTHEST_SHIFT) {
                int places = by;
                guesses.add(new Guess(
                        new Fault.Shifted(axis, by),
                        p -> moved(p, along, i -> Math.floorMod(i + places, shape.extent(along)))));
            }
        }
        guesses.add(new Guess(new Fault.Flipped(null), p -> all - p));
        guesses.add(new Guess(new Fault.Shifted(null, 1), p -> Math.floorMod(p + 1, all + 1)));
        guesses.add(new Guess(new Fault.Shifted(null, -1), p -> Math.floorMod(p - 1, all + 1)));
        return guesses;
    }

    private int moved(int position, int axis, Places along) {
        int[] index = shape.index(position);
        index[axis] = along.of(index[axis]);
        return position(index);
    }

    /** The claim holds the numbers of the transpose, in its own layout: the last two axes change places. */
    private int transposedOut(int position) {
        return swappedLayout(position, shape.extent(-2), shape.extent(-1));
    }

    private int transposedIn(int position) {
        return swappedLayout(position, shape.extent(-1), shape.extent(-2));
    }

    /** Where element (i, j) of a rows x columns matrix stands if it is written column by column. */
    private static int swappedLayout(int position, int rows, int columns) {
        int matrix = position / (rows * columns);
        int within = position % (rows * columns);
        return matrix * rows * columns + within % columns * rows + within / columns;
    }

    private OptionalDouble offset() {
        double size = probing.subject().tensor(tensor).size();
        double least = Double.NEGATIVE_INFINITY;
        double most = Double.POSITIVE_INFINITY;
        for (Entry sample : samples) {
            double difference = sample.line().claimed() - sample.line().numeric();
            least = Math.max(least, (difference - sample.line().bound()) / size);
            most = Math.min(most, (difference + sample.line().bound()) / size);
        }
        boolean sharp = most - least <= 0.05 * Math.abs(most + least);
        return least <= most && sharp ? OptionalDouble.of(Ratio.simplest(least, most)) : OptionalDouble.empty();
    }

    private Fault otherTensor() {
        List<List<Integer>> positions = samples.stream()
                .map(sample -> Arrays.stream(sample.index()).boxed().toList())
                .toList();
        List<Integer> others = probing.subject().all().stream()
                .filter(other -> other != tensor)
                .filter(other -> probing.subject().tensor(other).shape().equals(shape))
                .limit(NEIGHBOURS)
                .toList();
        List<Told> told = probing.interview()
                .ask(
                        Stage.NAMES,
                        others.stream()
                                .map(other -> new Ask.Claims(other, positions))
                                .toList());
        for (int i = 0; i < told.size(); i++) {
            List<Double> claims = told.get(i).claims();
            boolean explains = true;
            for (int s = 0; s < samples.size(); s++) {
                explains &= explains(samples.get(s), claims.get(s));
            }
            if (explains) {
                return new Fault.Swapped(others.get(i));
            }
        }
        return new Fault.Unknown();
    }
}
