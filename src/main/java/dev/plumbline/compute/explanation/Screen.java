package dev.plumbline.compute.explanation;

import dev.plumbline.compute.explanation.Deviation.Part;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.ReversePass;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The wrong tensors nearest to the loss, on which a hypothesis is tried before it is on all.
 *
 * <p>A single fault makes every wrong tensor, so one of them is enough to refuse a hypothesis; and between a fault and the
 * nearest wrong tensor lie a few operations of a whole network.
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

    static Screen of(Objective objective, Deviation deviation) {
        Set<String> wrong = deviation.wrong();
        List<Part> parts = new ArrayList<>(deviation.parts());
        parts.removeIf(part -> !wrong.contains(part.name()));
        double largest = parts.stream().mapToDouble(deviation::contrast).max().orElse(0);
        parts.removeIf(part -> deviation.contrast(part) < Math.min(CONTRAST, largest));
        parts.sort(Comparator.comparingInt(part -> -place(objective, part.name())));
        List<Part> nearest = new ArrayList<>();
        int entries = 0;
        for (Part part : parts) {
            if (entries < ENTRIES) {
                nearest.add(part);
                entries += part.size();
            }
        }
        Set<Node> nodes = new HashSet<>();
        nearest.forEach(part -> nodes.add(node(objective, part.name())));
        return new Screen(new Deviation(nearest.stream().map(Part::comparison).toList()), nodes);
    }

    /** How near to the loss a parameter is first read. */
    static int place(Objective objective, String name) {
        return objective.consumers(node(objective, name)).stream()
                .mapToInt(Node::id)
                .min()
                .orElse(-1);
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
