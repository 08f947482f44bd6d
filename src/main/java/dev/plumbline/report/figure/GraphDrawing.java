package dev.plumbline.report.figure;

import dev.plumbline.report.figure.Svg.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A few operations and what flows between them, in layers from the inputs down. An edge goes down from a layer to a later
 * one; of more boxes in a layer than fit beside each other those nearest to the front are drawn, and the others counted.
 *
 * @param boxes in topological order
 * @param edges from a box's place to a later one's
 */
public record GraphDrawing(String title, String description, List<Box> boxes, List<Edge> edges) {

    private static final int ABREAST = 4;
    private static final double BOX_WIDTH = 200;
    private static final double BOX_HEIGHT = 38;

    /** Characters that fit into a box in the widest of the fonts that a page may have. */
    private static final int NAME = 24;

    private static final int UNDER = 28;
    private static final double GAP = 14;
    private static final double DOWN = 34;

    /**
     * @param state {@code bad}, {@code good}, {@code suspect} or {@code plain}
     * @param words for the state, for those who do not see colours
     */
    public record Box(String name, String kind, String state, String words) {}

    /** From one box to another. */
    public record Edge(int from, int to) {}

    /** The picture; its table has each box with what it reads. */
    public Figure figure() {
        int[] layers = layers();
        Map<Integer, List<Integer>> byLayer = new HashMap<>();
        for (int i = 0; i < layers.length; i++) {
            byLayer.computeIfAbsent(layers[i], layer -> new ArrayList<>()).add(i);
        }
        double[] x = new double[boxes.size()];
        double[] y = new double[boxes.size()];
        int widest = 1;
        boolean[] hidden = new boolean[boxes.size()];
        for (int layer = 0; layer < byLayer.size(); layer++) {
            List<Integer> row = byLayer.getOrDefault(layer, List.of());
            row.sort(Comparator.comparingDouble(i -> centre(i, x)));
            for (int place = 0; place < row.size(); place++) {
                x[row.get(place)] = place - (Math.min(row.size(), ABREAST) - 1) / 2.0;
                y[row.get(place)] = layer * (BOX_HEIGHT + DOWN);
                hidden[row.get(place)] = place >= ABREAST;
            }
            widest = Math.max(widest, Math.min(row.size(), ABREAST));
        }
        double width = widest * (BOX_WIDTH + GAP);
        Svg svg = new Svg(width, byLayer.size() * (BOX_HEIGHT + DOWN) - DOWN + 4, title + ". " + description);
        Path flow = new Path();
        for (Edge edge : edges) {
            if (!hidden[edge.from()] && !hidden[edge.to()]) {
                flow.curve(
                        middle(x[edge.from()], width),
                        y[edge.from()] + BOX_HEIGHT + 2,
                        middle(x[edge.to()], width),
                        y[edge.to()] + 2);
            }
        }
        svg.path("flow", flow);
        for (int i = 0; i < boxes.size(); i++) {
            if (!hidden[i]) {
                draw(svg, boxes.get(i), middle(x[i], width) - BOX_WIDTH / 2, y[i] + 2);
            }
        }
        return new Figure(title, description, svg.toString(), numbers());
    }

    private static double middle(double place, double width) {
        return width / 2 + place * (BOX_WIDTH + GAP);
    }

    private static void draw(Svg svg, Box box, double x, double y) {
        svg.rectangle("box " + box.state(), x, y, BOX_WIDTH, BOX_HEIGHT);
        svg.text("boxname", x + BOX_WIDTH / 2, y + 16, "middle", Markup.shortened(box.name(), NAME));
        String under = box.words().isEmpty() ? box.kind() : box.kind() + ", " + box.words();
        svg.text("boxkind", x + BOX_WIDTH / 2, y + 31, "middle", Markup.shortened(under, UNDER));
    }

    /** One below the lowest of what it reads. */
    private int[] layers() {
        int[] layers = new int[boxes.size()];
        List<Edge> sorted =
                edges.stream().sorted(Comparator.comparingInt(Edge::from)).toList();
        for (Edge edge : sorted) {
            layers[edge.to()] = Math.max(layers[edge.to()], layers[edge.from()] + 1);
        }
        // What reads nothing stands right above its first reader.
        for (int i = 0; i < layers.length; i++) {
            int box = i;
            if (edges.stream().noneMatch(edge -> edge.to() == box)) {
                layers[box] = Math.max(
                        0,
                        edges.stream()
                                        .filter(edge -> edge.from() == box)
                                        .mapToInt(edge -> layers[edge.to()])
                                        .min()
                                        .orElse(1)
                                - 1);
            }
        }
        return layers;
    }

    /** Below the middle of what it reads. */
    private double centre(int box, double[] x) {
        return edges.stream()
                .filter(edge -> edge.to() == box)
                .mapToDouble(edge -> x[edge.from()])
                .average()
                .orElse(0);
    }

    private Table numbers() {
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < boxes.size(); i++) {
            int box = i;
            String reads = edges.stream()
                    .filter(edge -> edge.to() == box)
                    .map(edge -> Markup.shortened(boxes.get(edge.from()).name(), 60))
                    .collect(Collectors.joining(", "));
            rows.add(List.of(
                    Markup.shortened(boxes.get(i).name(), 60),
                    boxes.get(i).kind(),
                    boxes.get(i).words(),
                    reads));
        }
        return new Table(List.of("operation or tensor", "kind", "", "reads"), rows);
    }
}
