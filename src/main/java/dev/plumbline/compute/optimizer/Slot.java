package dev.plumbline.compute.optimizer;

/** A tensor that an optimizer keeps beside each parameter tensor, and what it is filled with before the first step. */
public record Slot(String name, double initial) {

    static Slot zeros(String name) {
        return new Slot(name, 0);
    }
}
