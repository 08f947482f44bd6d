package dev.plumbline.compute.probe.session;

import java.util.List;

/** Some of the tensors, by their places in the request, under a name that is told once. */
public record TensorSet(String name, List<Integer> tensors) {

    static final String ALL = "all";

    public TensorSet {
        tensors = List.copyOf(tensors);
    }
}
