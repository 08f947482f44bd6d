package dev.plumbline.reader.formula;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;

/** A function of the language: how it is called, and the nodes that a call appends. */
record Function(Signature signature, Body body) {

    interface Body {
        Node append(ProgramBuilder b, Arguments a);
    }

    static Function of(String signature, Body body) {
        return new Function(Signature.of(signature), body);
    }

    String name() {
        return signature.name();
    }
}
