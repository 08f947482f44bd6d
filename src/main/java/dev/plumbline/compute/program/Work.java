package dev.plumbline.compute.program;

import java.util.function.BooleanSupplier;

/** How much partial passes have done, in whole reverse passes of their program, and whether they are to stop. */
public final class Work {

    private final BooleanSupplier isOver;
    private double done;

    /** That is done to its end. */
    public Work() {
        this(() -> false);
    }

    /** That is given up, between two nodes, once it is over: what arrived until then is a part. */
    public Work(BooleanSupplier isOver) {
        this.isOver = isOver;
    }

    /** Whether it was to stop, and what it brought is a part. */
    public boolean isOver() {
        return isOver.getAsBoolean();
    }

    /** A node has passed on what arrived at it, to so many of its inputs. */
    void add(Program program, Node node, int inputs) {
        done += program.shareOfReverse(node) * inputs;
    }

    /** In whole reverse passes. */
    public double passes() {
        return done;
    }
}
