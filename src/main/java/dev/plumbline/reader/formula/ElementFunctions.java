package dev.plumbline.reader.formula;

import dev.plumbline.compute.program.Activations;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.InverseFunctions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import java.util.List;

/** Element by element; several tensors are broadcast together. */
final class ElementFunctions {

    static final List<Function> ALL = List.of(
            unary("exp", UnaryFunction.EXP),
            unary("log", UnaryFunction.LOG),
            unary("sqrt", UnaryFunction.SQRT),
            unary("sin", UnaryFunction.SIN),
            unary("cos", UnaryFunction.COS),
            unary("tanh", UnaryFunction.TANH),
            unary("sigmoid", UnaryFunction.SIGMOID),
            unary("erf", UnaryFunction.ERF),
            unary("relu", UnaryFunction.RELU),
            unary("abs", UnaryFunction.ABS),
            unary("sign", UnaryFunction.SIGN),
            unary("floor", UnaryFunction.FLOOR),
            unary("softplus", UnaryFunction.SOFTPLUS),
            unary("atan", UnaryFunction.ATAN),
            unary("log1p", UnaryFunction.LOG1P),
            composed("tan", InverseFunctions::tan),
            composed("asin", InverseFunctions::asin),
            composed("acos", InverseFunctions::acos),
            composed("sinh", InverseFunctions::sinh),
            composed("cosh", InverseFunctions::cosh),
            composed("asinh", InverseFunctions::asinh),
            composed("acosh", InverseFunctions::acosh),
            composed("atanh", InverseFunctions::atanh),
            composed("round", InverseFunctions::round),
            Function.of("atan2(y, x)", (b, a) -> InverseFunctions.atan2(b, a.node("y"), a.node("x"))),
            Function.of("pow(base, exponent)", (b, a) -> b.power(a.node("base"), a.node("exponent"))),
            unary("stopGradient", UnaryFunction.STOP_GRADIENT),
            Function.of("leakyRelu(x, slope=0.01)", (b, a) -> b.leakyRelu(a.node("x"), a.number("slope"))),
            Function.of("gelu(x, approximate='none')", ElementFunctions::gelu),
            Function.of("elu(x, alpha=1)", (b, a) -> Compositions.elu(b, a.node("x"), a.number("alpha"))),
            Function.of("selu(x)", (b, a) -> Activations.selu(b, a.node("x"))),
            Function.of("silu(x)", (b, a) -> Activations.silu(b, a.node("x"))),
            Function.of("mish(x)", (b, a) -> Activations.mish(b, a.node("x"))),
            Function.of("logSigmoid(x)", (b, a) -> Activations.logSigmoid(b, a.node("x"))),
            Function.of("softsign(x)", (b, a) -> Activations.softsign(b, a.node("x"))),
            Function.of("hardSigmoid(x)", (b, a) -> Activations.hardSigmoid(b, a.node("x"))),
            Function.of("hardSwish(x)", (b, a) -> Activations.hardSwish(b, a.node("x"))),
            Function.of("maximum(a, b)", (b, a) -> b.binary(BinaryFunction.MAXIMUM, a.node("a"), a.node("b"))),
            Function.of("minimum(a, b)", (b, a) -> b.binary(BinaryFunction.MINIMUM, a.node("a"), a.node("b"))),
            Function.of(
                    "clip(x, low, high)", (b, a) -> Compositions.clip(b, a.node("x"), a.node("low"), a.node("high"))),
            Function.of("where(condition, a, b)", (b, a) -> b.select(a.node("condition"), a.node("a"), a.node("b"))));

    private ElementFunctions() {}

    private static Function unary(String name, UnaryFunction function) {
        return Function.of(name + "(x)", (b, a) -> b.unary(function, a.node("x")));
    }

    private interface Composition {
        Node of(ProgramBuilder b, Node x);
    }

    private static Function composed(String name, Composition composition) {
        return Function.of(name + "(x)", (b, a) -> composition.of(b, a.node("x")));
    }

    private static Node gelu(ProgramBuilder b, Arguments a) {
        boolean exact = a.choice("approximate", "none", "tanh") == 0;
        return exact ? Compositions.gelu(b, a.node("x")) : Compositions.geluTanh(b, a.node("x"));
    }
}
