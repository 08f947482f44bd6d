package dev.plumbline.compute.program;

/** How much partial reverse passes have done, in whole reverse passes of their program. */
public final class Work {

    private double done;

    /** A node has passed on what arrived at it, to so many of its inputs. */
    void add(Program program, Node node, int inputs) {
        done += program.shareOfReverse(node) * inputs;
    }

    /** In whole reverse passes. */
    public double passes() {
        return done;
    }
}
