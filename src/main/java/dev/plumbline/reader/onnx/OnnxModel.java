package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.reader.Asked;
import dev.plumbline.reader.Model;
import dev.plumbline.reader.ModelDescription;
import dev.plumbline.reader.Names;
import dev.plumbline.reader.Variation;
import dev.plumbline.tensor.ExternalFiles;
import java.util.List;
import java.util.Set;
import onnx.Onnx.ModelProto;
import org.jspecify.annotations.Nullable;

/**
 * A model in an ONNX file, opset 1 to 28, as PyTorch, Keras, JAX and scikit-learn export it.
 *
 * <p>The float initializers are its parameters, except where they only configure an operator: the running statistics of a
 * batch normalization, the bounds of a Clip, the fill of a Pad, the class weights of a loss. Those are constants, as are
 * all integers; exponents, epsilons and masks are, unless the request names them. Names of a request may be those of the
 * pipeline that exported the file ({@link NameSearch}). An input that is no initializer is data; it is a parameter if the request gives it a value among the
 * parameters, as for a model exported without its weights. Everything is computed in float64.
 *
 * <p>Differs from running the file elsewhere: casts between floats do not round; a BatchNormalization in training mode
 * normalizes by the batch, as the file says, but the running statistics do not move.
 */
public final class OnnxModel implements Model {

    private final OnnxGraph graph;
    private final Dialect dialect;
    private final Roles roles;
    private final OnnxDescription description;
    private final List<String> externalFiles;
    private @Nullable Families families; // found once, when they are asked for

    private OnnxModel(
            OnnxGraph graph, Dialect dialect, Roles roles, OnnxDescription description, List<String> externalFiles) {
        this.externalFiles = externalFiles;
        this.graph = graph;
        this.dialect = dialect;
        this.roles = roles;
        this.description = description;
    }

    /** Reads a file; a problem where it is no ONNX file, contradicts itself or needs an operator that is not supported. */
    public static OnnxModel read(byte[] file) {
        return read(file, ExternalFiles.NONE, Double.MAX_VALUE);
    }

    /**
     * The same with the files beside it, in which weights may lie.
     *
     * @param mostBytes of memory for its tensors, 8 a number
     */
    public static OnnxModel read(byte[] file, ExternalFiles files, double mostBytes) {
        ModelProto proto = ModelReader.parse(file);
        Dialect dialect = Dialect.of(proto);
        ExternalTensors external = new ExternalTensors(files, mostBytes);
        OnnxGraph graph = new ModelReader(external).graph(LocalFunctions.inlined(proto));
        external.requireAllRead();
        GraphCheck.require(graph, dialect.opset());
        Roles roles = Roles.of(graph);
        String producer = (proto.getProducerName() + " " + proto.getProducerVersion()).trim();
        return new OnnxModel(
                graph,
                dialect,
                roles,
                OnnxDescription.of(graph, roles, dialect.opset(), producer),
                external.locations());
    }

    /** Attributes are float32, whatever its tensors are. */
    @Override
    public boolean holdsFloat32() {
        return true;
    }

    @Override
    public void appendTo(ProgramBuilder program, Asked asked) {
        new Binding(graph, families(), dialect, roles, program, asked).append();
    }

    @Override
    public Names names(Asked asked) {
        return Plan.of(graph, families(), roles, asked).names();
    }

    private synchronized Families families() {
        if (families == null) {
            families = Families.of(Slots.of(graph, roles));
        }
        return families;
    }

    @Override
    public List<Variation> variations() {
        return OtherModes.of(
                graph,
                dialect.opset(),
                other -> new OnnxModel(other, dialect, Roles.of(other), description, externalFiles));
    }

    @Override
    public List<String> possibleDifferences() {
        return OtherModes.unknown(graph, roles, dialect.opset());
    }

    @Override
    public ModelDescription describe() {
        return new ModelDescription(
                "onnx",
                dialect.opset(),
                description.producer(),
                description.operators(),
                description.parameters().stream()
                        .map(each -> new ModelDescription.Parameter(
                                each.name(), each.shape().toList(), each.datatype()))
                        .toList(),
                description.inputs().stream().map(OnnxModel::value).toList(),
                description.outputs().stream().map(OnnxModel::value).toList(),
                externalFiles);
    }

    private static ModelDescription.Value value(OnnxInput value) {
        List<Long> shape = value.dimensions() == null
                ? null
                : value.dimensions().stream().map(OnnxInput.Dimension::extent).toList();
        return new ModelDescription.Value(value.name(), value.datatype(), shape);
    }

    public OnnxDescription description() {
        return description;
    }

    /** The names of the operators that can be read. */
    public static Set<String> operators() {
        return Operators.names();
    }
}
