package dev.plumbline.compute.explanation;

import dev.plumbline.compute.explanation.Deviation.Part;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.ReversePass;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A few wrong tensors on which a hypothesis is tried before it is on all: those nearest to the loss, then one a little and one
 * a good deal further back.
 *
 * <p>A hypothesis makes every wrong tensor, so one of them is enough to refuse it; and between a fault and the nearest wrong
 * tensor lie a few operations of a whole network. Where the same rule is wrong in every layer the last one alone makes what
 * the nearest tensors are off, and not what is off behind the next.
 *
 * @param few what these tensors are off
 * @param nodes of these tensors
 */
record Screen(Deviation few, Set<Node> nodes) {

    /** What a hypothesis may leave of them; its own rounding is not known yet. */
    private static final double REST = 0.25;

    /** A tensor stands out well enough. */
    private static final double CONTRAST = 100;

    private static final int ENTRIES = 16;

    /** Of the wrong tensors, so many are nearer to the loss: one in 16, one in 4. */
    private static final List<Integer> FURTHER = List.of(16, 4);

    /** Among so many neighbours the smallest is taken. */
    private static final int NEIGHBOURS = 4;

    /** From the cheapest on. */
    static List<Screen> of(Objective objective, Deviation deviation) {
        Set<String> wrong = deviation.wrong();
        List<Part> parts = new ArrayList<>(deviation.parts());
        parts.removeIf(part -> !wrong.contains(part.name()));
        double largest = parts.stream().mapToDouble(deviation::contrast).max().orElse(0);
        parts.removeIf(part -> deviation.contrast(part) < Math.min(CONTRAST, largest));
        parts.sort(Comparator.comparingInt(part -> -objective.firstReader(part.name())));
        List<Part> nearest = new ArrayList<>();
        int entries = 0;
        for (Part part : parts) {
            if (entries < ENTRIES) {
                nearest.add(part);
                entries += part.size();
            }
        }
        List<Screen> screens = new ArrayList<>(List.of(over(objective, nearest)));
        for (int share : FURTHER) {
            int from = parts.size() / share;
            if (from >= nearest.size()) {
                List<Part> neighbours = parts.subList(from, Math.min(parts.size(), from + NEIGHBOURS));
                screens.add(over(objective, List.of(Collections.min(neighbours, Comparator.comparing(Part::size)))));
            }
        }
        return screens;
    }

    private static Screen over(Objective objective, List<Part> parts) {
        Set<Node> nodes = new HashSet<>();
        parts.forEach(part -> nodes.add(node(objective, part.name())));
        return new Screen(new Deviation(parts.stream().map(Part::comparison).toList()), nodes);
    }

    private static Node node(Objective objective, String name) {
        return Objects.requireNonNull(objective.program().parameters().get(name));
    }

    /** A pass that goes to these tensors only. */
    ReversePass over(ReversePass pass) {
        return pass.toward(nodes);
    }

    /** Whether this may be what they are off. */
    boolean admits(Map<String, double[]> effect) {
        return Fit.of(few, few.vector(effect)).rest() <= REST;
    }

    /** Whether some multiple of this may be. */
    boolean admitsMultiple(Map<String, double[]> effect) {
        double[] once = few.vector(effect);
        double factor = Fit.factor(few, once);
        for (int i = 0; i < once.length; i++) {
            once[i] *= factor;
        }
        return Double.isFinite(factor) && Fit.of(few, once).rest() <= REST;
    }
}
