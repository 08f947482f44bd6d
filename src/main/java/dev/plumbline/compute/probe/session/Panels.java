package dev.plumbline.compute.probe.session;

import dev.plumbline.compute.probe.session.Direction.Kind;
import dev.plumbline.compute.probe.session.Line.Standing;
import dev.plumbline.compute.probe.session.Step.Stage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Makes panels and judges them. In float64 a line that fails, and whose failure survives shrinking, refutes the claim. In
 * coarse arithmetic it takes two of three fresh directions as well, and there is a direction of another kind, along the claim
 * itself: its entries move by so little that it crosses few kinks, and it sees scale, sign and missing parts.
 */
final class Panels {

    private static final double REFINED_TO = 1e-3;
    private static final int COARSEST_ALONG = -1;
    private static final int FINEST_ALONG = 2;
    private static final int REPETITIONS = 3;
    private static final double[] OTHER_SCALES = {0.8, 1.25, 0.64};
    private static final int SEEDS_OF_A_PANEL = 10;
    private static final int MOST_ALONE = 24;

    private final Probing probing;
    private final Settings settings;

    Panels(Probing probing, Settings settings) {
        this.probing = probing;
        this.settings = settings;
    }

    Probing probing() {
        return probing;
    }

    private boolean isCoarse() {
        return probing.point().isFloat32();
    }

    /** @param number of the panel, which decides on its seeds */
    Panel over(Stage stage, List<Integer> tensors, int directions, int number) {
        TensorSet set = probing.interview().set(tensors);
        if (probing.subject().product().isAlongGiven()) {
            return panel(stage, set, List.of(Direction.given(set)));
        }
        Panel panel = panel(stage, set, gaussian(set, number, 0, directions));
        boolean along = isCoarse() && probing.subject().contribution(tensors) > 0;
        return along ? panel.and(alongClaim(stage, set, 1)) : panel;
    }

    private Panel panel(Stage stage, TensorSet set, List<Direction> directions) {
        double contribution = probing.subject().contribution(set.tensors());
        int finest = probing.finest(contribution);
        List<Line> lines = probing.lines(stage, directions, finest - 3, finest);
        List<Line> refined =
                probing.refined(stage, lines, line -> line.mayBeBent() || line.gainsByFiner(REFINED_TO * contribution));
        return new Panel(set, entries(set) == 1 ? refined : Bends.shared(refined));
    }

    private long entries(TensorSet set) {
        return set.tensors().stream()
                .mapToLong(tensor -> probing.subject().tensor(tensor).shape().size())
                .sum();
    }

    private List<Direction> gaussian(TensorSet set, int number, int first, int count) {
        return IntStream.range(first, first + count)
                .mapToObj(i -> Direction.gaussian(Seeds.of(settings.seed(), (long) SEEDS_OF_A_PANEL * number + i), set))
                .toList();
    }

    private List<Line> alongClaim(Stage stage, TensorSet set, double... scales) {
        List<Direction> directions = new ArrayList<>();
        for (double scale : scales) {
            directions.add(Direction.claim(set, scale));
        }
        return probing.lines(stage, directions, COARSEST_ALONG, FINEST_ALONG);
    }

    boolean areRefuted(Panel panel, int number) {
        if (!isCoarse()) {
            return panel.failures() > 0;
        }
        boolean refuted = false;
        for (Kind kind : Kind.values()) {
            refuted |=
                    panel.lines().stream().anyMatch(line -> fails(line, kind)) && isRepeated(panel.set(), kind, number);
        }
        return refuted;
    }

    private static boolean fails(Line line, Kind kind) {
        return line.direction().kind() == kind && line.standing() == Standing.FAILS;
    }

    private boolean isRepeated(TensorSet set, Kind kind, int number) {
        if (!probing.interview().affords(8 * REPETITIONS)) {
            return false;
        }
        List<Line> again = kind == Kind.CLAIM
                ? alongClaim(Stage.EVIDENCE, set, OTHER_SCALES)
                : panel(Stage.EVIDENCE, set, kind == Kind.GIVEN ? given(set) : gaussian(set, number, 5, REPETITIONS))
                        .lines();
        return again.stream().filter(line -> fails(line, kind)).count() >= 2;
    }

    private static List<Direction> given(TensorSet set) {
        return Arrays.stream(OTHER_SCALES)
                .mapToObj(scale -> new Direction(Kind.GIVEN, 0, set, null, scale))
                .toList();
    }

    /** The factor that explains all lines of a panel. */
    OptionalDouble ratio(Panel panel) {
        List<Spot> spots = panel.lines().stream()
                .filter(line -> line.best() >= 0)
                .map(Spot::of)
                .toList();
        boolean given = probing.subject().product().isAlongGiven() && spots.size() == 1;
        return given ? Ratio.plain(spots.get(0)) : Ratio.of(spots, Ratio.ENOUGH);
    }

    /** Where only directions along the claim see anything: each tensor along its own, the largest first. */
    List<WrongTensor> wrongAlongTheirClaims(Panel panel, int number) {
        List<WrongTensor> wrong = new ArrayList<>();
        List<Integer> largest = panel.set().tensors().stream()
                .filter(tensor -> probing.subject().tensor(tensor).contribution() > 0)
                .sorted(Comparator.comparingDouble(
                        tensor -> -probing.subject().tensor(tensor).contribution()))
                .limit(MOST_ALONE)
                .toList();
        for (int tensor : largest) {
            TensorSet alone = probing.interview().set(List.of(tensor));
            if (!probing.interview().affords(8 + Settings.RESERVE)) {
                break;
            }
            List<Line> lines = alongClaim(Stage.TENSORS, alone, 1);
            if (fails(lines.get(0), Kind.CLAIM) && isRepeated(alone, Kind.CLAIM, number)) {
                wrong.add(new WrongTensor(tensor, lines.stream().map(Spot::of).toList(), lines));
            }
        }
        return wrong;
    }
}
