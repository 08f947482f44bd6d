package dev.plumbline.compute.probe.session;

import dev.plumbline.tensor.Shape;
import java.util.List;

/** A function of some tensors with its true gradient: what a caller has. */
interface Objective {

    List<String> names();

    List<Shape> shapes();

    /** Each tensor's values, flat. */
    double[][] point();

    double value(double[][] x);

    double[][] gradient();
}
