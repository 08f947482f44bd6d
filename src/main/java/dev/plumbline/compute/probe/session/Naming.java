package dev.plumbline.compute.probe.session;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.probe.session.Entries.Entry;
import dev.plumbline.compute.probe.session.Findings.OfEntry;
import dev.plumbline.compute.probe.session.Step.Stage;
import dev.plumbline.tensor.Shape;
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
        Named part = part(wrong, support);
        if (part != null) {
            return part;
        }
        OptionalDouble blurred = spots.size() < Ratio.ENOUGH ? OptionalDouble.empty() : Ratio.of(spots, 0);
        return blurred.isPresent() ? new Named(factor(blurred.getAsDouble()), List.of()) : sampled(tensor, spot);
    }

    /** Single entries, a row or a box that is wrong where the rest is right; null where it may be as wrong. */
    private @Nullable Named part(WrongTensor wrong, Parts.Support support) {
        int tensor = wrong.tensor();
        Shape shape = probing.subject().tensor(tensor).shape();
        Box row = support.row();
        List<int[]> entries = row == null ? support.entries() : List.of();
        if (!entries.isEmpty()) {
            List<Box> boxes =
                    entries.stream().map(index -> Box.entry(tensor, index)).toList();
            boolean isAll = entries.size() == shape.size();
            return isAll || isRestRight(wrong, boxes, shape) ? entries(wrong, entries) : null;
        }
        Box box = row == null ? support.hull() : row;
        return box.isWhole(shape) || !isRestRight(wrong, List.of(box), shape)
                ? null
                : new Named(slice(box, inside(wrong.lines(), List.of(box))), evidence(tensor, box, wrong.worst()));
    }

    /** Seen along the directions by which the boxes were not found; taken for right where the budget has none for them. */
    private boolean isRestRight(WrongTensor wrong, List<Box> boxes, Shape shape) {
        List<Line> lines = new ArrayList<>(wrong.lines());
        List<Spot> whole = new ArrayList<>(wrong.spots());
        lines.remove(wrong.worstPlace());
        whole.remove(wrong.worstPlace());
        List<Spot> inside = inside(lines, boxes);
        double outside = shape.size() / boxes.stream().mapToDouble(Box::size).sum() - 1;
        return inside.isEmpty() || Remainder.isRight(whole, inside, outside, settings.confidence());
    }

    /** What boxes of a tensor contribute along each line, together; nothing where that is not affordable. */
    private List<Spot> inside(List<Line> lines, List<Box> boxes) {
        TensorSet set = probing.interview().set(List.of(boxes.get(0).tensor()));
        List<Spot.Wanted> wanted = lines.stream()
                .flatMap(line -> boxes.stream()
                        .map(box -> new Spot.Wanted(line, line.direction().in(set, box))))
                .toList();
        if (!probing.interview().affords(2 * wanted.size())) {
            return List.of();
        }
        List<Spot> spots = probing.spots(Stage.PARTS, wanted);
        List<Spot> together = new ArrayList<>();
        for (int from = 0; from < spots.size(); from += boxes.size()) {
            together.add(spots.subList(from, from + boxes.size()).stream()
                    .reduce(Spot::and)
                    .orElseThrow());
        }
        return together;
    }

    private static Fault slice(Box part, List<Spot> inside) {
        OptionalDouble ratio = inside.isEmpty() ? OptionalDouble.empty() : Ratio.of(inside, Ratio.ENOUGH);
        return new Fault.Slice(
                part, ratio.isPresent() && ratio.getAsDouble() != 0 ? (Double) (1 / ratio.getAsDouble()) : null);
    }

    /** {@code n = ratio a}, so {@code a = n / ratio}. */
    static Fault factor(double ratio) {
        return ratio == 0 ? new Fault.Constant() : ratio == -1 ? new Fault.Sign() : new Fault.Scaled(1 / ratio);
    }

    private Named entries(WrongTensor whole, List<int[]> candidates) {
        int tensor = whole.tensor();
        Entries entries = new Entries(probing, tensor);
        List<Entry> measured = entries.measured(
                Stage.EVIDENCE, candidates, Math.abs(whole.worst().residual()) / 4);
        List<Entry> wrong =
                measured.stream().filter(entry -> Entries.isWrong(entry.line())).toList();
        List<OfEntry> evidence = measured.stream()
                .map(entries::reported)
                .sorted(Comparator.comparing(OfEntry::verdict).reversed())
                .toList();
        boolean isEach = measured.size() == wrong.size() + rightBeside(wrong, measured);
        Fault fault = wrong.isEmpty()
                ? new Fault.Unknown()
                : !isEach
                                || wrong.size()
                                        == probing.subject()
                                                .tensor(tensor)
                                                .shape()
                                                .size()
                                || agrees(wrong, whole)
                        ? wholeOf(measured)
                        : new Fault.Sparse(wrong.stream()
                                .map(entry ->
                                        Arrays.stream(entry.index()).boxed().toList())
                                .toList());
        return new Named(fault, evidence);
    }

    /** Whether the one factor by which entries are wrong may as well be that of their whole tensor. */
    private static boolean agrees(List<Entry> wrong, WrongTensor whole) {
        OptionalDouble ratio =
                Ratio.of(wrong.stream().map(entry -> Spot.of(entry.line())).toList(), Ratio.ENOUGH);
        return ratio.isPresent()
                && whole.spots().stream()
                        .allMatch(spot ->
                                Math.abs(spot.numeric() - ratio.getAsDouble() * spot.claimed()) <= spot.bound());
    }

    /** How many of the entries are right: those that would be seen to be wrong, were they as wrong as the wrong ones. */
    private static int rightBeside(List<Entry> wrong, List<Entry> measured) {
        double[] errors = wrong.stream()
                .mapToDouble(
                        entry -> Math.abs(entry.line().residual() / entry.line().claimed()))
                .sorted()
                .toArray();
        double asWrong = errors.length == 0 ? 0 : errors[errors.length / 2];
        return (int) measured.stream()
                .map(Entry::line)
                .filter(line -> !Entries.isWrong(line) && 2 * line.bound() <= asWrong * Math.abs(line.claimed()))
                .count();
    }

    /** Every entry of a tensor may be wrong: by one factor, perhaps. */
    private static Fault wholeOf(List<Entry> entries) {
        OptionalDouble ratio = Ratio.of(
                entries.stream().map(entry -> Spot.of(entry.line())).toList(), Math.min(entries.size(), Ratio.ENOUGH));
        if (ratio.isPresent()) {
            return factor(ratio.getAsDouble());
        }
        return new Fault.Unknown();
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
