package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.Confidence;
import dev.plumbline.compute.health.Words;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where two runs part, by their outlines: blocks of the same steps, of which both have at least {@value #LEAST} values. They
 * part where the means of two blocks in a row differ, in the same direction, by {@value #APART} standard errors of what
 * scatters within the blocks; a loss that falls fast counts as scatter, so that the first steps tell little. Two that begin
 * with the same seed are equal for some steps before, which is said too.
 *
 * @param steps of a block
 * @param until the last step up to which all blocks are equal, digit by digit; null where not even the first one is
 * @param from the first step of the first block in which they part; null where they do not, and {@code to} its last one
 * @param in what: {@code loss}, {@code gradientNorm} or both, the one that parts first
 * @param here the mean in this block, of the loss or of the norm's logarithm; {@code there} that of the other run
 * @param difference of the means, with its interval
 * @param tensors whose norms part most, the first one most, as far as both windows still hold these steps or later ones
 */
public record RunComparison(
        long steps,
        @Nullable Long until,
        @Nullable Long from,
        @Nullable Long to,
        @Nullable String in,
        @Nullable Double here,
        @Nullable Double there,
        @Nullable Confidence difference,
        List<String> tensors,
        String summary) {

    private static final int LEAST = 8;
    private static final double APART = 5;
    private static final int NAMED = 5;

    /** Null where no two blocks in a row can be held against each other. */
    public static @Nullable RunComparison of(WindowCourse here, WindowCourse there) {
        Trace own = here.state().trace();
        Trace other = there.state().trace();
        while (own.width() < other.width()) {
            own = own.coarser();
        }
        while (other.width() < own.width()) {
            other = other.coarser();
        }
        while (isThin(own) || isThin(other)) {
            if (own.losses().size() + own.norms().size() <= 2) {
                return null;
            }
            own = own.coarser();
            other = other.coarser();
        }
        List<Pair> losses = Pair.of(own.losses(), other.losses());
        List<Pair> norms = Pair.of(own.norms(), other.norms());
        if (losses.size() < 2 && norms.size() < 2) {
            return null;
        }
        Pair loss = parting(losses);
        Pair norm = parting(norms);
        Long until = equal(losses.isEmpty() ? norms : losses);
        boolean first =
                loss != null && (norm == null || loss.own().from() <= norm.own().from());
        Pair parted = first ? loss : norm;
        if (parted == null) {
            return new RunComparison(own.width(), until, null, null, null, null, null, null, List.of(), same(until));
        }
        String in = first ? "loss" : "gradientNorm";
        List<String> tensors =
                tensors(here.window(), there.window(), parted.own().from());
        return new RunComparison(
                own.width(),
                until,
                parted.own().from(),
                parted.own().to(),
                in,
                parted.own().mean(),
                parted.other().mean(),
                parted.confidence("difference of the mean " + (first ? "loss" : "logarithm of the gradient's norm")),
                tensors,
                "The runs part in the %s between the steps %d and %d: %s here, %s there.%s"
                        .formatted(
                                first ? "loss" : "gradient's norm",
                                parted.own().from(),
                                parted.own().to(),
                                Words.number(
                                        first
                                                ? parted.own().mean()
                                                : Math.exp(parted.own().mean())),
                                Words.number(
                                        first
                                                ? parted.other().mean()
                                                : Math.exp(parted.other().mean())),
                                until == null ? "" : " Up to step " + until + " they are equal."));
    }

    private static String same(@Nullable Long until) {
        return "The runs do not part beyond their own noise."
                + (until == null ? "" : " Up to step " + until + " they are equal.");
    }

    private static boolean isThin(Trace trace) {
        return isThinned(trace.losses()) || isThinned(trace.norms());
    }

    private static boolean isThinned(List<Trace.Block> blocks) {
        double[] values = blocks.stream().mapToDouble(Trace.Block::values).toArray();
        return Series.median(values) < LEAST;
    }

    /** Two blocks of the same steps. */
    private record Pair(Trace.Block own, Trace.Block other) {

        static List<Pair> of(List<Trace.Block> own, List<Trace.Block> other) {
            Map<Long, Trace.Block> others = new HashMap<>();
            other.forEach(block -> others.put(block.index(), block));
            List<Pair> pairs = new ArrayList<>();
            for (Trace.Block block : own) {
                Trace.Block partner = others.get(block.index());
                if (partner != null && Math.min(block.values(), partner.values()) >= LEAST) {
                    pairs.add(new Pair(block, partner));
                }
            }
            return pairs;
        }

        double difference() {
            return own.mean() - other.mean();
        }

        double standardError() {
            return Math.sqrt(own.variance() / own.values() + other.variance() / other.values());
        }

        /** With a sign; sums of another order are no difference. */
        double apart() {
            double rounding = 1e-9 * Math.max(Math.abs(own.mean()), Math.abs(other.mean()));
            return Math.abs(difference()) <= rounding ? 0 : difference() / standardError();
        }

        boolean isEqual() {
            return own.values() == other.values() && own.mean() == other.mean() && own.squares() == other.squares();
        }

        Confidence confidence(String of) {
            return Confidence.of(of, difference(), standardError(), own.values() + other.values() - 2.0);
        }
    }

    private static @Nullable Pair parting(List<Pair> pairs) {
        for (int i = 0; i + 1 < pairs.size(); i++) {
            double now = pairs.get(i).apart();
            double next = pairs.get(i + 1).apart();
            if (Math.abs(now) >= APART && Math.abs(next) >= APART && now * next > 0) {
                return pairs.get(i);
            }
        }
        return null;
    }

    private static @Nullable Long equal(List<Pair> pairs) {
        Long until = null;
        for (Pair pair : pairs) {
            if (!pair.isEqual()) {
                return until;
            }
            until = pair.own().to();
        }
        return until;
    }

    /** By the mean of the difference of logarithms, in its standard errors. */
    private static List<String> tensors(List<Snapshot> here, List<Snapshot> there, long from) {
        Map<Long, Snapshot> others = new HashMap<>();
        there.stream()
                .filter(snapshot -> snapshot.step() >= from)
                .forEach(snapshot -> others.put(snapshot.step(), snapshot));
        List<Snapshot> both = here.stream()
                .filter(snapshot -> others.containsKey(snapshot.step()))
                .toList();
        Map<String, Double> apart = new LinkedHashMap<>();
        for (String name : both.isEmpty()
                ? List.<String>of()
                : List.copyOf(both.get(0).tensors().keySet())) {
            double away = apart(both, others, name);
            if (away >= APART) {
                apart.put(name, away);
            }
        }
        return apart.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()))
                .limit(NAMED)
                .map(Map.Entry::getKey)
                .toList();
    }

    private static double apart(List<Snapshot> both, Map<Long, Snapshot> others, String name) {
        List<Double> logarithms = new ArrayList<>();
        for (Snapshot snapshot : both) {
            var own = snapshot.tensors().get(name);
            var other = Objects.requireNonNull(others.get(snapshot.step()))
                    .tensors()
                    .get(name);
            double ratio =
                    own == null || other == null ? Double.NaN : Math.log(own.gradientNorm() / other.gradientNorm());
            if (Double.isFinite(ratio)) {
                logarithms.add(ratio);
            }
        }
        int n = logarithms.size();
        if (n < LEAST) {
            return 0;
        }
        double mean = logarithms.stream().mapToDouble(value -> value).sum() / n;
        double squares = logarithms.stream()
                .mapToDouble(value -> (value - mean) * (value - mean))
                .sum();
        return mean == 0 ? 0 : Math.abs(mean) / Math.sqrt(squares / (n - 1) / n);
    }
}
