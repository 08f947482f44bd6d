package dev.plumbline.compute.probe.session;

import dev.plumbline.compute.probe.session.Box.Span;
import dev.plumbline.compute.probe.session.Line.Standing;
import dev.plumbline.compute.probe.session.Step.Stage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which tensors of a refuted panel are wrong: the residual is halved down to single tensors, these are measured along all
 * directions of the panel and subtracted, and what is left is halved again while it still fails.
 */
final class Suspects {

    private static final int MOST = 16;
    private static final int PEELINGS = 6;

    private final Probing probing;
    private final Panel panel;
    private final Map<Integer, List<Spot>> wrong = new LinkedHashMap<>();
    private final List<Integer> rest;
    private final Map<Direction, Spot> known = new HashMap<>(); // what has been measured along these lines already
    private List<Residue> residues;
    private boolean exhausted;

    Suspects(Probing probing, Panel panel) {
        this.probing = probing;
        this.panel = panel;
        this.rest = new ArrayList<>(panel.set().tensors());
        this.residues = panel.lines().stream()
                .filter(line -> line.standing() != Standing.BLIND)
                .filter(line -> line.direction().kind() == Direction.Kind.GAUSSIAN)
                .map(line -> new Residue(line, line.residual(), line.bound()))
                .toList();
    }

    /** What is left of a line's residual after what was found is subtracted. */
    private record Residue(Line line, double residual, double bound) {

        double excess() {
            return Math.abs(residual) / bound;
        }

        Residue minus(Spot spot) {
            return new Residue(line, residual - spot.residual(), bound + spot.bound());
        }
    }

    /** The wrong tensors, each with its derivatives along the panel's directions, alone. */
    List<WrongTensor> found() {
        for (int peeling = 0; peeling < PEELINGS && !rest.isEmpty() && !exhausted; peeling++) {
            Optional<Residue> failing = failing(peeling == 0 ? 1 : 2);
            if (failing.isEmpty() || !measure(halved(failing.get()))) {
                break;
            }
        }
        List<Line> lines = residues.stream().map(Residue::line).toList();
        return wrong.entrySet().stream()
                .map(entry -> new WrongTensor(entry.getKey(), entry.getValue(), lines))
                .toList();
    }

    /** Blurs of the panel's directions for the tensors that are not wrong. */
    List<Double> blursOfTheRest() {
        return residues.stream()
                .map(residue -> Math.abs(residue.residual()) <= residue.bound()
                        ? residue.bound()
                        : Math.abs(residue.residual()) + residue.bound())
                .toList();
    }

    List<Integer> rest() {
        return rest;
    }

    /** Whether all that failed has been explained by the tensors found. */
    boolean isExplained() {
        return failing(2).isEmpty();
    }

    private Optional<Residue> failing(double excess) {
        return residues.stream()
                .filter(residue -> residue.excess() > excess)
                .max(Comparator.comparingDouble(Residue::excess));
    }

    private List<Integer> halved(Residue residue) {
        if (rest.size() == 1) {
            return List.copyOf(rest);
        }
        Halving halving = new Halving(
                new Span(0, rest.size()), residue.residual(), residue.line().bound());
        for (List<Span> spans = halving.asks(); !spans.isEmpty(); spans = halving.asks()) {
            if (!probing.interview().affords(2 * spans.size() + Settings.RESERVE)) {
                exhausted = true;
                break;
            }
            List<Direction> parts = spans.stream()
                    .map(span -> residue.line().direction().on(set(rest.subList(span.from(), span.to()))))
                    .toList();
            List<Spot> spots = probing.spots(Stage.TENSORS, residue.line(), parts);
            spots.forEach(spot -> known.put(spot.direction(), spot));
            halving.tell(spots);
        }
        TreeSet<Integer> found = new TreeSet<>();
        halving.found().forEach(span -> found.addAll(rest.subList(span.from(), span.to())));
        return found.stream()
                .sorted(Comparator.comparingDouble(
                        t -> -probing.subject().tensor(t).contribution()))
                .limit(MOST)
                .toList();
    }

    /** Measures tensors alone, keeps those that are wrong, subtracts them; false where none is. */
    private boolean measure(List<Integer> candidates) {
        List<Spot.Wanted> wanted = new ArrayList<>();
        List<Integer> measured = new ArrayList<>();
        for (int tensor : candidates) {
            if (probing.interview().affords(2 * (wanted.size() + residues.size()) + Settings.RESERVE)) {
                measured.add(tensor);
                alone(tensor)
                        .filter(spot -> !known.containsKey(spot.direction()))
                        .forEach(wanted::add);
            }
        }
        probing.spots(Stage.TENSORS, wanted).forEach(spot -> known.put(spot.direction(), spot));
        int before = wrong.size();
        for (int i = 0; i < measured.size(); i++) {
            List<Spot> own = alone(measured.get(i))
                    .map(spot -> Objects.requireNonNull(known.get(spot.direction())))
                    .toList();
            if (own.stream().anyMatch(spot -> Math.abs(spot.residual()) > 2 * spot.bound())) {
                keep(measured.get(i), own);
            }
        }
        return wrong.size() > before;
    }

    private Stream<Spot.Wanted> alone(int tensor) {
        TensorSet set = set(List.of(tensor));
        return residues.stream()
                .map(residue -> new Spot.Wanted(
                        residue.line(), residue.line().direction().on(set)));
    }

    private void keep(int tensor, List<Spot> own) {
        wrong.put(tensor, List.copyOf(own));
        rest.remove((Integer) tensor);
        List<Residue> less = new ArrayList<>();
        for (int j = 0; j < residues.size(); j++) {
            less.add(residues.get(j).minus(own.get(j)));
        }
        residues = less;
    }

    private TensorSet set(List<Integer> tensors) {
        return probing.interview().set(tensors);
    }
}
