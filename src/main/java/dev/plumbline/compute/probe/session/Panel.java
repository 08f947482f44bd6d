package dev.plumbline.compute.probe.session;

import dev.plumbline.compute.probe.session.Line.Standing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Lines along several directions over the same tensors. */
record Panel(TensorSet set, List<Line> lines) {

    Panel {
        lines = List.copyOf(lines);
    }

    long failures() {
        return lines.stream().filter(line -> line.standing() == Standing.FAILS).count();
    }

    /** Whether there is no derivative, and the claim is between the slopes along every line that says so. */
    boolean isBent() {
        return lines.stream().anyMatch(line -> line.standing() == Standing.KINK)
                && lines.stream().noneMatch(line -> line.standing() == Standing.BENDS);
    }

    /** Whether bends in several entries leave the claim undecided. */
    boolean isUndecided() {
        return !isBent() && lines.stream().anyMatch(line -> line.bends() > 0);
    }

    boolean isConstant() {
        return lines.stream().allMatch(Line::isConstant);
    }

    boolean isNoiseLimited() {
        return lines.stream().allMatch(Line::isNoiseLimited);
    }

    List<Double> blurs() {
        return lines.stream().map(Line::blur).toList();
    }

    /** The line with the smallest bound. */
    Line sharpest() {
        return lines.stream().min(Comparator.comparingDouble(Line::bound)).orElseThrow();
    }

    Panel and(List<Line> more) {
        List<Line> all = new ArrayList<>(lines);
        all.addAll(more);
        return new Panel(set, all);
    }
}
