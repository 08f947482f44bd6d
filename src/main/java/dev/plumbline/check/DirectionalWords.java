package dev.plumbline.check;

import dev.plumbline.compute.verification.Caveat;
import dev.plumbline.compute.verification.DirectionalExamination.Line;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What coverage directional could have seen, in words. */
final class DirectionalWords {

    private DirectionalWords() {}

    static Caveat power(List<Line> lines) {
        String each = lines.stream()
                .limit(5)
                .map(line -> Double.isFinite(line.visible())
                        ? String.format(Locale.ROOT, "%.1e in %s", line.visible(), line.name())
                        : "nothing in " + line.name())
                .collect(Collectors.joining(", "));
        return new Caveat(
                "directionalPower",
                "One direction a tensor was differenced: an error of the whole tensor would have shown from this share of it"
                        + " on: " + each
                        + (lines.size() > 5 ? " and so on" : "")
                        + ". An error in one of n entries must be about sqrt(n) times larger to show.");
    }
}
