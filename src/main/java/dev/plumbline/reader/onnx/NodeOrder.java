package dev.plumbline.reader.onnx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A graph's nodes so that each comes behind those whose outputs it reads; nodes that are in order already stay where they
 * are. What lies on a circle, or behind one, keeps its place at the end, where {@link GraphCheck} finds it.
 */
final class NodeOrder {

    private final List<OnnxNode> nodes;
    private final Map<String, Integer> makers = new HashMap<>();

    private NodeOrder(List<OnnxNode> nodes) {
        this.nodes = nodes;
        for (int i = 0; i < nodes.size(); i++) {
            for (String output : nodes.get(i).outputs()) {
                makers.putIfAbsent(output, i);
            }
        }
    }

    static List<OnnxNode> of(List<OnnxNode> nodes) {
        return new NodeOrder(nodes).ordered();
    }

    private List<OnnxNode> ordered() {
        int[] state = new int[nodes.size()]; // 0: not seen, 1: its makers come first, 2: done
        List<OnnxNode> ordered = new ArrayList<>();
        Deque<Integer> open = new ArrayDeque<>();
        for (int i = 0; i < nodes.size(); i++) {
            open.push(i);
            while (!open.isEmpty()) {
                int node = open.peek();
                if (state[node] == 0) {
                    state[node] = 1;
                    makersOf(node).stream().filter(maker -> state[maker] == 0).forEach(open::push);
                } else {
                    open.pop();
                    if (state[node] == 1) {
                        state[node] = 2;
                        ordered.add(nodes.get(node));
                    }
                }
            }
        }
        return ordered;
    }

    private List<Integer> makersOf(int node) {
        List<Integer> found = new ArrayList<>();
        for (String name : OnnxGraph.reads(nodes.get(node))) {
            Integer maker = makers.get(name);
            if (maker != null && maker != node) {
                found.add(maker);
            }
        }
        return found;
    }
}
