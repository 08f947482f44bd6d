package dev.plumbline.compute.probe.session;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.probe.session.Findings.OfEntry;
import dev.plumbline.compute.probe.session.Line.Standing;
import dev.plumbline.compute.probe.session.Step.Stage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Single entries of a tensor, each with a line of its own. */
final class Entries {

    private static final int LEVELS = 4;

    private final Probing probing;
    private final int tensor;
    private final ProbedTensor probed;

    Entries(Probing probing, int tensor) {
        this.probing = probing;
        this.tensor = tensor;
        this.probed = probing.subject().tensor(tensor);
    }

    /** An entry and its line. */
    record Entry(int[] index, Line line) {}

    /** @param expected the size of the derivative along an entry, or of the defect looked for */
    List<Entry> measured(Stage stage, List<int[]> indices, double expected) {
        TensorSet set = probing.interview().set(List.of(tensor));
        int most = probing.interview().remaining() / (2 * LEVELS);
        List<Direction> directions = indices.stream()
                .limit(Math.max(0, most))
                .map(index -> Direction.entry(set, Box.entry(tensor, index)))
                .toList();
        int finest = probing.finest(expected);
        List<Line> lines = probing.lines(stage, directions, finest - LEVELS + 1, finest);
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            entries.add(new Entry(indices.get(i), lines.get(i)));
        }
        return entries;
    }

    /** The entry as it is reported: per unit of the entry, not of its tensor's size. */
    OfEntry reported(Entry entry) {
        Line line = entry.line();
        double size = probed.size();
        boolean blind = line.best() < 0;
        Level level = blind ? new Level(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN) : line.bestLevel();
        return new OfEntry(
                Arrays.stream(entry.index()).boxed().toList(),
                line.claimed() / size,
                line.numeric() / size,
                line.bound() / size,
                level.plus(),
                level.minus(),
                level.step() * size,
                verdict(line));
    }

    private static Verdict verdict(Line line) {
        if (line.standing() == Standing.KINK) {
            return Verdict.KINK;
        }
        boolean fails = isWrong(line);
        boolean sharp = line.bound() <= 0.1 * Math.abs(line.claimed());
        return fails ? Verdict.FAIL : sharp ? Verdict.PASS : Verdict.INCONCLUSIVE;
    }

    static boolean isWrong(Line line) {
        return line.standing() == Standing.FAILS || line.standing() == Standing.SUSPECT;
    }
}
