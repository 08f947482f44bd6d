package dev.plumbline.compute.probe.session;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.probe.session.Entries.Entry;
import dev.plumbline.compute.probe.session.Findings.OfEntry;
import dev.plumbline.compute.probe.session.Step.Stage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What is wrong in a wrong tensor: a factor, then a part, then a name by samples. */
final class Naming {

    private static final int SAMPLED_AT_LEAST = 8;

    private final Probing probing;
    private final Settings settings;

    Naming(Probing probing, Settings settings) {
        this.probing = probing;
        this.settings = settings;
    }

    /** A fault with its evidence. */
    record Named(Fault fault, List<OfEntry> entries) {}

    Named name(WrongTensor wrong) {
        int tensor = wrong.tensor();
        List<Spot> spots = wrong.spots();
        ProbedTensor probed = probing.subject().tensor(tensor);
        if (probed.contribution() == 0) {
            return new Named(new Fault.Zero(), List.of());
        }
        OptionalDouble ratio = Ratio.of(spots, Math.min(spots.size(), Ratio.ENOUGH));
        if (ratio.isPresent()) {
            return new Named(factor(ratio.getAsDouble()), List.of());
        }
        Spot spot = wrong.worst();
        boolean searchable = settings.localise()
                && spot.direction().kind() == Direction.Kind.GAUSSIAN
                && Math.abs(spot.residual()) > 2 * spot.bound();
        if (!searchable) {
            return new Named(new Fault.Unknown(), List.of());
        }
        Parts.Support support =
                new Parts(probing, tensor).search(wrong.lines().get(wrong.worstPlace()), spot.residual(), spot.bound());
        Box row = support.row();
        List<int[]> entries = support.entries();
        if (row == null && !entries.isEmpty()) {
            return entries(tensor, entries, spot);
        }
        Box part = row == null ? support.hull() : row;
        Fault slice = part.isWhole(probed.shape()) ? null : slice(wrong, part);
        if (slice != null) {
            return new Named(slice, evidence(tensor, part, spot));
        }
        OptionalDouble blurred = spots.size() < Ratio.ENOUGH ? OptionalDouble.empty() : Ratio.of(spots, 0);
        return blurred.isPresent() ? new Named(factor(blurred.getAsDouble()), List.of()) : sampled(tensor, spot);
    }

    /** {@code n = ratio a}, so {@code a = n / ratio}. */
    static Fault factor(double ratio) {
        return ratio == 0 ? new Fault.Constant() : ratio == -1 ? new Fault.Sign() : new Fault.Scaled(1 / ratio);
    }

    private Named entries(int tensor, List<int[]> candidates, Spot spot) {
        Entries entries = new Entries(probing, tensor);
        List<Entry> measured = entries.measured(Stage.EVIDENCE, candidates, Math.abs(spot.residual()) / 4);
        List<Entry> wrong =
                measured.stream().filter(entry -> Entries.isWrong(entry.line())).toList();
        List<OfEntry> evidence = measured.stream()
                .map(entries::reported)
                .sorted(Comparator.comparing(OfEntry::verdict).reversed())
                .toList();
        Fault fault = wrong.isEmpty()
                ? new Fault.Unknown()
                : wrong.size() == probing.subject().tensor(tensor).shape().size()
                        ? wholeOf(wrong)
                        : new Fault.Sparse(wrong.stream()
                                .map(entry ->
                                        Arrays.stream(entry.index()).boxed().toList())
                                .toList());
        return new Named(fault, evidence);
    }

    /** Every entry of a small tensor is wrong: by one factor, perhaps. */
    private static Fault wholeOf(List<Entry> wrong) {
        OptionalDouble ratio = Ratio.of(
                wrong.stream().map(entry -> Spot.of(entry.line())).toList(), Math.min(wrong.size(), Ratio.ENOUGH));
        if (ratio.isPresent()) {
            return factor(ratio.getAsDouble());
        }
        return new Fault.Unknown();
    }

    /** Null where the rest of the tensor may be as wrong as the part. */
    private @Nullable Fault slice(WrongTensor wrong, Box part) {
        int tensor = wrong.tensor();
        TensorSet set = probing.interview().set(List.of(tensor));
        List<Spot.Wanted> wanted = wrong.lines().stream()
                .map(line -> new Spot.Wanted(line, line.direction().in(set, part)))
                .toList();
        if (!probing.interview().affords(2 * wanted.size())) {
            return new Fault.Slice(part, null);
        }
        List<Spot> inside = probing.spots(Stage.PARTS, wanted);
        double outside = probing.subject().tensor(tensor).shape().size() / part.size() - 1;
        if (!Remainder.isRight(wrong.spots(), inside, wrong.worstPlace(), outside, settings.confidence())) {
            return null;
        }
        OptionalDouble ratio = Ratio.of(inside, Ratio.ENOUGH);
        return new Fault.Slice(
                part, ratio.isPresent() && ratio.getAsDouble() != 0 ? (Double) (1 / ratio.getAsDouble()) : null);
    }

    /** Two entries of the part, for somebody who wants to see it. */
    private List<OfEntry> evidence(int tensor, Box part, Spot spot) {
        int[] first = part.spans().stream().mapToInt(Box.Span::from).toArray();
        int[] middle = part.spans().stream()
                .mapToInt(span -> (span.from() + span.to()) / 2)
                .toArray();
        List<int[]> indices = Arrays.equals(first, middle) ? List.of(first) : List.of(first, middle);
        Entries entries = new Entries(probing, tensor);
        return entries.measured(Stage.EVIDENCE, indices, Math.abs(spot.residual()) / 10).stream()
                .map(entries::reported)
                .toList();
    }

    private Named sampled(int tensor, Spot spot) {
        if (probing.subject().tensor(tensor).shape().size() < SAMPLED_AT_LEAST
                || !probing.interview().affords(2 * Settings.RESERVE)) {
            return new Named(new Fault.Unknown(), List.of());
        }
        Samples samples = new Samples(probing, tensor);
        Fault fault = samples.name(Seeds.of(settings.seed(), 1000 + tensor), Math.abs(spot.residual()));
        Entries entries = new Entries(probing, tensor);
        List<OfEntry> evidence = new ArrayList<>();
        samples.entries().forEach(entry -> evidence.add(entries.reported(entry)));
        evidence.sort(Comparator.comparing(OfEntry::verdict, Comparator.<Verdict>naturalOrder())
                .reversed());
        return new Named(fault, evidence);
    }
}
