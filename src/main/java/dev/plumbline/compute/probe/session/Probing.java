package dev.plumbline.compute.probe.session;

import dev.plumbline.compute.probe.session.Line.Standing;
import dev.plumbline.compute.probe.session.Step.Stage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Asks along directions and makes lines of the answers. */
final class Probing {

    private static final double NOISE = 4.3;
    private static final int UNITS = 64;
    private static final int UNITS_HALF = 8;
    private static final int MOST_EXTENSIONS = 16;

    private final Subject subject;
    private final Interview interview;
    private final Point point;

    Probing(Subject subject, Interview interview, Point point) {
        this.subject = subject;
        this.interview = interview;
        this.point = point;
    }

    Subject subject() {
        return subject;
    }

    Interview interview() {
        return interview;
    }

    Point point() {
        return point;
    }

    /** The finest level of a first sweep of four, where noise is still far below what is expected to be seen. */
    int finest(double expected) {
        int k = 3;
        while (k < 6 && NOISE * point.sigma() / (Math.sqrt(2) * Level.step(k + 1)) <= 1e-4 * expected) {
            k++;
        }
        return k;
    }

    List<Line> lines(Stage stage, List<Direction> directions, int coarsest, int finest) {
        List<Ask> asks = new ArrayList<>();
        directions.forEach(direction -> asks.add(new Ask.Along(direction, Level.offsets(coarsest, finest))));
        List<Told> told = interview.ask(stage, asks);
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < told.size(); i++) {
            lines.add(line(directions.get(i), told.get(i), Level.of(coarsest, told.get(i))));
        }
        return lines;
    }

    private Line line(Direction direction, Told told, List<Level> levels) {
        return new Line(direction, point, told.claimed(), allowance(direction, told), 0, levels);
    }

    /** 4.3 max(|Delta . d|, ||Delta o d||) + 64 u ||a o d||. */
    private double allowance(Direction direction, Told told) {
        double contribution = !Double.isFinite(told.contribution())
                ? direction.scale() * subject.contribution(direction.set().tensors())
                : told.contribution();
        double noise = !Double.isFinite(told.claimedNoise())
                ? direction.scale() * subject.claimedNoise(direction.set().tensors())
                : told.claimedNoise();
        int units = subject.claim().bytes() == 2 ? UNITS_HALF : UNITS;
        return NOISE * noise + units * subject.claim().unitRoundoff() * contribution;
    }

    /**
     * The lines with finer levels, as long as a line asks for one, by rounds of one level each. One line that fails and survives
     * shrinking refutes a claim: of several that may, only the one that fails by most is shrunk first, and no other once it has
     * failed. In coarse arithmetic one is not enough, and all are.
     */
    List<Line> refined(Stage stage, List<Line> lines, Predicate<Line> asks) {
        List<Line> refined = lines;
        for (int round = 0; round < MOST_EXTENSIONS; round++) {
            Line shrunk = point.isFloat32() ? null : mostSuspect(refined);
            List<Line> unsettled = refined.stream()
                    .filter(line -> line.finest() >= 0 && line.finest() < Level.FINEST)
                    .filter(line -> line.standing() == Standing.SUSPECT
                            ? point.isFloat32() || line.equals(shrunk)
                            : asks.test(line))
                    .toList();
            if (unsettled.isEmpty() || !interview.affords(2 * unsettled.size() + Settings.RESERVE)) {
                break;
            }
            refined = finer(stage, refined, unsettled);
        }
        return refined;
    }

    /** Null where none is, or another one has failed. */
    private static @Nullable Line mostSuspect(List<Line> lines) {
        return lines.stream().anyMatch(line -> line.standing() == Standing.FAILS)
                ? null
                : lines.stream()
                        .filter(line -> line.standing() == Standing.SUSPECT && line.finest() < Level.FINEST)
                        .max(Comparator.comparingDouble(line -> Math.abs(line.residual()) / line.bound()))
                        .orElse(null);
    }

    private List<Line> finer(Stage stage, List<Line> lines, List<Line> unsettled) {
        List<Ask> asks = new ArrayList<>();
        for (Line line : unsettled) {
            asks.add(new Ask.Along(line.direction(), Level.offsets(line.finest() + 1, line.finest() + 1)));
        }
        List<Told> told = interview.ask(stage, asks);
        List<Line> refined = new ArrayList<>(lines);
        for (int i = 0; i < told.size(); i++) {
            Line line = unsettled.get(i);
            refined.set(lines.indexOf(line), line.with(Level.of(line.finest() + 1, told.get(i))));
        }
        return refined;
    }

    /** Two values along parts of a line's direction, at its own level and with its own bound. */
    List<Spot> spots(Stage stage, Line line, List<Direction> parts) {
        return spots(
                stage, parts.stream().map(part -> new Spot.Wanted(line, part)).toList());
    }

    List<Spot> spots(Stage stage, List<Spot.Wanted> wanted) {
        List<Ask> asks = new ArrayList<>();
        for (Spot.Wanted spot : wanted) {
            int k = spot.line().bestLevel().k();
            asks.add(new Ask.Along(spot.direction(), Level.offsets(k, k)));
        }
        List<Told> told = interview.ask(stage, asks);
        List<Spot> spots = new ArrayList<>();
        for (int i = 0; i < told.size(); i++) {
            Line line = wanted.get(i).line();
            Direction direction = wanted.get(i).direction();
            List<Level> levels = Level.of(line.bestLevel().k(), told.get(i));
            double bound = line.bound() - line.allowance() + allowance(direction, told.get(i));
            double numeric = levels.isEmpty() ? Double.NaN : levels.get(0).central();
            spots.add(new Spot(direction, numeric, told.get(i).claimed(), bound));
        }
        return spots;
    }
}
