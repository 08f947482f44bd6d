package dev.plumbline.compute.program;

import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A reverse pass that may start anywhere, may stay within some nodes, and whose rules can be replaced at operations: the
 * gradient that a program with a faulty backward rule would have given.
 *
 * <p>It is linear in what it starts from. Where one operation is at fault, starting from what that operation passes on too
 * much or too little gives the deviation of the whole gradient, at the cost of what lies before it; toward a few parameters,
 * at the cost of what lies between.
 */
public final class ReversePass {

    /** A backward rule: what an operation adds to the cotangents of what it reads, from the cotangent of its result. */
    @FunctionalInterface
    public interface Rule {
        Map<Node, double[]> pullBack(Evaluation point, double[] cotangent);
    }

    private final Evaluation point;
    private final Map<Node, Rule> replaced; // by the node of an operation's result
    private final @Nullable Set<Node> within; // null for all
    private final @Nullable BitSet leading; // null for all
    private final Work work;

    private ReversePass(
            Evaluation point,
            Map<Node, Rule> replaced,
            @Nullable Set<Node> within,
            @Nullable BitSet leading,
            Work work) {
        this.point = point;
        this.replaced = replaced;
        this.within = within;
        this.leading = leading;
        this.work = work;
    }

    /** Over all nodes, by their own rules, in the arithmetic of the evaluation. */
    public static ReversePass over(Evaluation point) {
        return new ReversePass(point, Map.of(), null, null, new Work());
    }

    /** The same with other rules where a node is named: the result of an operation, which no other rule of it then passes. */
    public ReversePass replacing(Map<Node, Rule> rules) {
        return new ReversePass(point, rules, within, leading, work);
    }

    /** The same going through these nodes only: what they pass on to others stays there. */
    public ReversePass within(Set<Node> nodes) {
        return new ReversePass(point, replaced, nodes, leading, work);
    }

    /** The same on the ways to these nodes only: what is not upstream is not computed. */
    public ReversePass toward(Set<Node> nodes) {
        return new ReversePass(point, replaced, within, point.program().leadingTo(nodes), work);
    }

    /** The same, and what it does is added to {@code meter}; where that is over, it stops. */
    public ReversePass counting(Work meter) {
        return new ReversePass(point, replaced, within, leading, meter);
    }

    /** Whether it may arrive at a node. */
    public boolean leadsTo(Node node) {
        return leading == null || leading.get(node.id());
    }

    /** Where it goes. */
    public Evaluation point() {
        return point;
    }

    /** Operations that were computed on the side, each about twice: its own rule and another. */
    public void alsoDid(Set<Node> nodes) {
        nodes.forEach(node -> work.add(point.program(), node, 2));
    }

    /** What arrives where, from these cotangents; zeros where nothing is named. */
    public Arrived from(Map<Node, double[]> cotangents) {
        double[][] arrived = new double[point.program().nodes().size()][];
        int last = -1;
        for (Map.Entry<Node, double[]> start : cotangents.entrySet()) {
            add(start.getValue(), start.getKey(), arrived);
            last = Math.max(last, start.getKey().id());
        }
        for (int id = last; id >= 0 && !work.isOver(); id--) {
            Node node = point.program().nodes().get(id);
            double[] arriving = arrived[id];
            if (arriving == null || node.inputs().isEmpty() || !point.program().isDifferentiable(node)) {
                continue;
            }
            Rule rule = replaced.get(node);
            if (leading != null && !leading.get(id)) {
                continue;
            }
            if (rule != null) {
                rule.pullBack(point, arriving).forEach((input, cotangent) -> add(cotangent, input, arrived));
                work.add(point.program(), node, node.inputs().size());
            } else if (within == null || within.contains(node)) {
                work.add(point.program(), node, point.pullBack(node, arriving, arrived, leading));
            }
        }
        return new Arrived(arrived);
    }

    private static void add(double[] cotangent, Node node, double[][] arrived) {
        double[] sum = arrived[node.id()];
        if (sum == null) {
            arrived[node.id()] = cotangent.clone();
            return;
        }
        for (int i = 0; i < sum.length; i++) {
            sum[i] += cotangent[i];
        }
    }

    /** The cotangents after a pass. */
    public final class Arrived {

        private final double[][] cotangents; // (node)

        private Arrived(double[][] cotangents) {
            this.cotangents = cotangents;
        }

        /** What arrived at a node, or null where nothing did. */
        public double @Nullable [] at(Node node) {
            return cotangents[node.id()];
        }

        /** What arrived at some nodes, those left out where nothing did. */
        public Map<Node, double[]> at(Iterable<Node> nodes) {
            Map<Node, double[]> found = new HashMap<>();
            nodes.forEach(node -> {
                double[] arrived = at(node);
                if (arrived != null) {
                    found.put(node, arrived);
                }
            });
            return found;
        }

        /** What arrived at the parameters, by name; none where nothing did. */
        public Map<String, double[]> byParameter() {
            Map<String, double[]> found = new LinkedHashMap<>();
            point.program().parameters().forEach((name, node) -> {
                double[] arrived = at(node);
                if (arrived != null) {
                    found.put(name, arrived);
                }
            });
            return found;
        }
    }
}
