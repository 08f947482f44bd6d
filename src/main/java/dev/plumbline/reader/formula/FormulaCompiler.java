package dev.plumbline.reader.formula;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.formula.Expression.Attribute;
import dev.plumbline.reader.formula.Expression.Call;
import dev.plumbline.reader.formula.Expression.Chain;
import dev.plumbline.reader.formula.Expression.Indexing;
import dev.plumbline.reader.formula.Expression.Infix;
import dev.plumbline.reader.formula.Expression.Listing;
import dev.plumbline.reader.formula.Expression.Literal;
import dev.plumbline.reader.formula.Expression.Name;
import dev.plumbline.reader.formula.Expression.Negation;
import dev.plumbline.reader.formula.Expression.Text;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/** Turns expressions into nodes of a program; every node is called by the words that it comes from. */
final class FormulaCompiler {

    private static final int LARGEST_RANK = 8;

    private final ProgramBuilder b;
    private final Source source;
    private final Scope scope;

    FormulaCompiler(ProgramBuilder b, Source source, Scope scope) {
        this.b = b;
        this.source = source;
        this.scope = scope;
    }

    Node compile(Expression expression) {
        Deque<Chain> chain = new ArrayDeque<>();
        Expression first = expression;
        while (first instanceof Chain link) {
            chain.push(link);
            first = link.first();
        }
        Node node = start(first);
        while (!chain.isEmpty()) {
            node = extended(chain.pop(), node);
        }
        return node;
    }

    private Node start(Expression expression) {
        Place place = expression.place();
        if (expression instanceof Literal literal) {
            return built(place, () -> b.constant(literal.value()));
        }
        if (expression instanceof Name name) {
            return built(place, () -> scope.node(name));
        }
        if (expression instanceof Negation negation) {
            Node operand = compile(negation.operand());
            return built(place, () -> b.negate(operand));
        }
        if (expression instanceof Listing listing) {
            List<Node> elements = compile(listing.elements());
            return built(place, () -> stack(elements));
        }
        if (expression instanceof Call call) {
            return call(call);
        }
        if (expression instanceof Text text) {
            throw Fault.invalid(place, "letters in quotes are options of functions only", text.value(), "a value");
        }
        throw new IllegalStateException("no such expression: " + expression.getClass());
    }

    private Node extended(Chain link, Node first) {
        if (link instanceof Infix infix) {
            Node second = compile(infix.second());
            return built(link.place(), () -> infix.operator().append(b, first, second));
        }
        if (link instanceof Indexing indexing) {
            List<Selection> selections = new Subscripts(this, b).resolved(indexing, first);
            return built(link.place(), () -> Selection.append(b, first, selections));
        }
        if (link instanceof Attribute attribute) {
            return built(link.place(), () -> attribute(attribute, first));
        }
        throw new IllegalStateException("no such expression: " + link.getClass());
    }

    private Node attribute(Attribute attribute, Node x) {
        return switch (attribute.name()) {
            case "T" -> ShapeFunctions.transpose(b, x);
            case "shape" ->
                b.constant(Tensor.vector(
                        Arrays.stream(x.shape().extents()).asDoubleStream().toArray()));
            default ->
                throw Fault.invalid(attribute.place(), "there is no such attribute", attribute.name(), "T or shape");
        };
    }

    private Node call(Call call) {
        Function function = Functions.named(call);
        Arguments arguments = new Arguments(b, function.signature(), call.place());
        function.signature().bind(call).forEach((parameter, argument) -> {
            Expression value = argument.value();
            if (parameter.isText()) {
                arguments.put(parameter, text(parameter, value), value.place());
            } else if (parameter.isList()) {
                arguments.put(parameter, list(parameter, value));
            } else {
                arguments.put(parameter, compile(value), value.place());
            }
        });
        return built(call.place(), () -> function.body().append(b, arguments));
    }

    private static String text(Signature.Parameter parameter, Expression value) {
        if (value instanceof Text text) {
            return text.value();
        }
        throw Fault.invalid(
                value.place(), parameter.name() + " is a word in quotes", "a value", "for example " + parameter.text());
    }

    private List<Node> list(Signature.Parameter parameter, Expression value) {
        if (value instanceof Listing listing) {
            return compile(listing.elements());
        }
        throw Fault.invalid(value.place(), parameter.name() + " is a list", "a value", "[a, b, ...]");
    }

    private List<Node> compile(List<Expression> expressions) {
        return expressions.stream().map(this::compile).toList();
    }

    private Node stack(List<Node> elements) {
        for (Node element : elements) {
            if (!element.shape().equals(elements.get(0).shape())) {
                throw Problem.invalid(
                        "",
                        "the elements of this list have different shapes",
                        elements.get(0).shape() + " and " + element.shape(),
                        "equal shapes; concat([a, b], axis) joins unequal ones");
            }
        }
        return b.concat(
                0,
                elements.stream()
                        .map(element -> b.reshape(element, element.shape().prepend(1)))
                        .toList());
    }

    /** Appends nodes that are called by their place in the text; what is wrong with them is wrong there. */
    private Node built(Place place, Supplier<Node> nodes) {
        b.at(source.label(place));
        try {
            Node node = nodes.get();
            if (node.rank() > LARGEST_RANK) {
                throw Problem.limit("", "this tensor has too many axes", node.shape(), LARGEST_RANK + " axes");
            }
            return node;
        } catch (Problem problem) {
            throw new Fault(place, problem);
        }
    }
}
