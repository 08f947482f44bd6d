package dev.plumbline.check;

import dev.plumbline.check.ProductClaims.Place;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Products;
import dev.plumbline.compute.program.Program;
import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Spelling;
import dev.plumbline.reader.Model;
import dev.plumbline.reader.Names;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.reader.ParameterNames;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The model of a request with all its outputs at its point, for products with its derivatives.
 *
 * @param functions the outputs, the loss among them as {@value ObjectiveReader#OBJECTIVE} where there is one
 * @param objective the output that Hessians are of; null where there is none
 * @param names how the names of the request were understood
 */
record ProductModel(
        Model model, Products functions, @Nullable String objective, Names names) {

    /**
     * @param bytes of memory, at most
     * @param afford sees each program before it is evaluated, and refuses what is too dear
     */
    static ProductModel read(GradientCheckRequest request, double bytes, Consumer<Program> afford) {
        Map<String, Tensor> claims =
                new LinkedHashMap<>(request.productsOrNone().byInput());
        claims.keySet().removeAll(request.dataOrNone().keySet());
        claims.putAll(CheckedModel.byParameter(request));
        Model model = request.requiredModel().read(bytes);
        ObjectiveReader reader = new ObjectiveReader(
                        model, request.lossOrNone(), request.parametersOrNone(), request.dataOrNone(), claims, Set.of())
                .within(bytes);
        Program program = reader.readOutputs(afford);
        Map<String, Tensor> point = reader.point(program);
        Products functions = Products.of(program, point, bytes / Double.BYTES, afford);
        return new ProductModel(model, functions, objective(program), reader.names());
    }

    private static @Nullable String objective(Program program) {
        if (program.outputs().containsKey(ObjectiveReader.OBJECTIVE)) {
            return ObjectiveReader.OBJECTIVE;
        }
        List<String> single = program.outputs().entrySet().stream()
                .filter(output -> output.getValue().shape().size() == 1)
                .map(Map.Entry::getKey)
                .toList();
        return program.outputs().size() == 1 && single.size() == 1 ? single.get(0) : null;
    }

    /** The elements of the largest output. */
    double largestOutput() {
        return program().outputs().values().stream()
                .mapToDouble(node -> node.shape().size())
                .max()
                .orElse(0);
    }

    boolean holdsFloat32() {
        return model.holdsFloat32();
    }

    private Program program() {
        return functions.program();
    }

    /** The claims by the program's names; a problem where a name is none of its, or a shape is another. */
    ProductClaims own(ProductClaims claims) {
        ParameterNames parameters = new ParameterNames(program().parameters().keySet(), names);
        List<ProductClaims.VectorJacobian> pulled = new ArrayList<>();
        List<ProductClaims.JacobianVector> pushed = new ArrayList<>();
        List<ProductClaims.HessianVector> second = new ArrayList<>();
        for (Place place : claims.places()) {
            Map<String, Tensor> along = fitting(place, place.along(), true, parameters);
            Map<String, Tensor> product = fitting(place, place.product(), false, parameters);
            switch (place.kind()) {
                case VECTOR_JACOBIAN -> pulled.add(new ProductClaims.VectorJacobian(along, product));
                case JACOBIAN_VECTOR -> pushed.add(new ProductClaims.JacobianVector(along, product));
                case HESSIAN_VECTOR -> {
                    requireObjective(place);
                    second.add(new ProductClaims.HessianVector(along, product));
                }
            }
        }
        return new ProductClaims(pulled, pushed, second);
    }

    /** The program's name of a parameter or of data. */
    String own(String input, String pointer) {
        return new ParameterNames(program().parameters().keySet(), names)
                .of(Map.of(input, input), pointer)
                .keySet()
                .iterator()
                .next();
    }

    private Map<String, Tensor> fitting(
            Place place, Map<String, Tensor> tensors, boolean isFactor, ParameterNames parameters) {
        String pointer = place.pointer() + "/" + (isFactor ? place.factor() : "product");
        boolean isByOutput = place.isByOutput(isFactor);
        Map<String, Shape> known = new LinkedHashMap<>();
        if (isByOutput) {
            program().outputs().forEach((name, node) -> known.put(name, node.shape()));
        } else {
            known.putAll(functions.inputs());
        }
        Map<String, Tensor> own = isByOutput ? tensors : parameters.of(tensors, pointer);
        own.forEach((name, tensor) -> require(pointer, name, tensor, isByOutput, isFactor, known));
        return own;
    }

    private void require(
            String place, String name, Tensor tensor, boolean isByOutput, boolean isFactor, Map<String, Shape> known) {
        String pointer = place + Problem.pointer(name);
        Shape shape = known.get(name);
        if (shape == null) {
            throw Problem.invalid(
                    pointer,
                    "the model has no " + (isByOutput ? "output" : "parameter and no data") + " of this name"
                            + Spelling.hint(name, known.keySet()),
                    name,
                    Spelling.oneOf(name, known.keySet()));
        }
        if (!tensor.shape().equals(shape)) {
            throw Problem.invalid(pointer, "this has the shape of what it belongs to", tensor.shape(), shape);
        }
        if (!isByOutput && program().indices().containsKey(name)) {
            throw Problem.invalid(
                    pointer,
                    "there is no derivative by data that only serve as indices",
                    name,
                    "a parameter or other data");
        }
        if (isFactor && tensor.firstNonFinite() >= 0) {
            throw Problem.invalid(
                    pointer,
                    "what a derivative is multiplied by is finite",
                    tensor.at(tensor.firstNonFinite()),
                    "finite numbers");
        }
    }

    private void requireObjective(Place place) {
        if (objective == null) {
            throw Problem.invalid(
                    place.pointer(),
                    "a Hessian is that of one number, and this model has none",
                    "outputs " + program().outputs().keySet(),
                    "a loss, or loss.output naming an output with one element");
        }
    }

    /** The value of the objective; null where there is none. */
    @Nullable
    Double value() {
        if (objective == null) {
            return null;
        }
        Node node = program().output(objective);
        return functions.base().value(node).item();
    }
}
