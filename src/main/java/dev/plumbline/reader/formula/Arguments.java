package dev.plumbline.reader.formula;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.reader.formula.Signature.Parameter;
import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The arguments of one call by name, with the defaults of the signature; what is wrong with one is wrong at its place. */
final class Arguments {

    private final ProgramBuilder b;
    private final Signature signature;
    private final Place call;
    private final Map<String, Node> nodes = new HashMap<>();
    private final Map<String, List<Node>> lists = new HashMap<>();
    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, Place> places = new HashMap<>();

    Arguments(ProgramBuilder b, Signature signature, Place call) {
        this.b = b;
        this.signature = signature;
        this.call = call;
    }

    void put(Parameter parameter, Node value, Place place) {
        nodes.put(parameter.name(), value);
        places.put(parameter.name(), place);
    }

    void put(Parameter parameter, List<Node> values) {
        lists.put(parameter.name(), values);
    }

    void put(Parameter parameter, String value, Place place) {
        texts.put(parameter.name(), value);
        places.put(parameter.name(), place);
    }

    boolean has(String name) {
        return places.containsKey(name);
    }

    /** Where an argument stands; where it is absent, the call. */
    Place place(String name) {
        return places.getOrDefault(name, call);
    }

    /** A value; where it is absent, its default. */
    Node node(String name) {
        Node node = nodes.get(name);
        return node == null ? b.constant(standard(name)) : node;
    }

    List<Node> list(String name) {
        return Objects.requireNonNull(lists.get(name));
    }

    double number(String name) {
        Node node = nodes.get(name);
        return node == null ? standard(name) : Constants.number(b, node, place(name), name);
    }

    int integer(String name) {
        Node node = nodes.get(name);
        return node == null ? (int) standard(name) : Constants.integer(b, node, place(name), name);
    }

    /** One or several whole numbers; none where the argument is absent and has no default. */
    int[] integers(String name) {
        Node node = nodes.get(name);
        if (node != null) {
            return Constants.integers(b, node, place(name), name);
        }
        return parameter(name).text() == null ? new int[0] : new int[] {(int) standard(name)};
    }

    /** Height and width: one whole number for both, or a list of two. */
    List<Integer> pair(String name) {
        int[] given = integers(name);
        if (given.length != 1 && given.length != 2) {
            throw Fault.invalid(
                    place(name),
                    name + " is one number, or height and width",
                    given.length + " numbers",
                    "2 or [2, 3]");
        }
        return List.of(given[0], given[given.length - 1]);
    }

    boolean flag(String name) {
        return number(name) != 0;
    }

    /** A tensor that must be known when the formula is read; null where the argument is absent. */
    @Nullable
    Tensor tensor(String name) {
        Node node = nodes.get(name);
        return node == null ? null : Constants.tensor(b, node, place(name), name);
    }

    /** Which of these words was given, counted from 0. */
    int choice(String name, String... words) {
        String standard = Objects.requireNonNull(parameter(name).text()).replace("'", "");
        int choice = List.of(words).indexOf(texts.getOrDefault(name, standard));
        if (choice < 0) {
            throw Fault.invalid(
                    place(name), "there is no such " + name, texts.get(name), "'" + String.join("' or '", words) + "'");
        }
        return choice;
    }

    private double standard(String name) {
        return Double.parseDouble(Objects.requireNonNull(parameter(name).text()));
    }

    private Parameter parameter(String name) {
        return signature.parameters().stream()
                .filter(parameter -> parameter.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
