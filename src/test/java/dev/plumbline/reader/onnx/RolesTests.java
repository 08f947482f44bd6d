package dev.plumbline.reader.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.reader.Asked;
import dev.plumbline.tensor.Shape;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is a weight, and what a number of the formula unless somebody claims its gradient. */
class RolesTests {

    private static OnnxFile file(String operator, String wires, String values, boolean scalar) {
        String[] numbers = values.split(" ", -1);
        TensorProto.Builder v = TensorProto.newBuilder().setName("v").setDataType(DataType.FLOAT.getNumber());
        if (!scalar) {
            v.addDims(numbers.length);
        }
        Stream.of(numbers).forEach(number -> v.addFloatData(Float.parseFloat(number)));
        return OnnxFile.opset(13)
                .input("x", 2)
                .input("c", DataType.BOOL, 2)
                .initializer(v)
                .node(operator, wires)
                .output("y");
    }

    private static Set<String> parameters(OnnxFile file, Map<String, Shape> claims) {
        ProgramBuilder builder = new ProgramBuilder();
        Map<String, Shape> data = Map.of("x", Shape.of(2), "c", Shape.of(2));
        OnnxModel.read(file.bytes()).appendTo(builder, new Asked(Map.of(), data, claims, Map.of(), Set.of()));
        return builder.parameters().keySet();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Pow   | x, v -> y    | 2 3       | false | constant
            Pow   | v, x -> y    | 2 3       | false | weight
            Add   | x, v -> y    | 1e-5      | true  | constant
            Add   | x, v -> y    | 1e-5      | false | weight
            Mul   | x, v -> y    | 2 3       | false | weight
            Add   | x, v -> y    | 0 0       | false | weight
            Mul   | x, v -> y    | 1 1       | false | weight
            Mul   | x, v -> y    | 0 1       | false | constant
            Add   | x, v -> y    | 0 -3.4e38 | false | constant
            Add   | x, v -> y    | 0 -1e4    | false | constant
            Add   | x, v -> y    | 0 -5e3    | false | weight
            Add   | x, v -> y    | 1 2e30    | false | constant
            Add   | x, v -> y    | 1 5e29    | false | weight
            Where | c, v, x -> y | -1e9      | false | constant
            Where | c, v, x -> y | 2 3       | false | weight
            Max   | x, v -> y    | 0.1       | false | constant
            """)
    void tellsWeightsFromNumbersOfTheFormula(
            String operator, String wires, String values, boolean scalar, String role) {
        OnnxFile file = file(operator, wires, values, scalar);
        assertThat(parameters(file, Map.of()).contains("v")).isEqualTo(role.equals("weight"));
        Shape own = scalar ? Shape.SCALAR : Shape.of(values.split(" ", -1).length);
        assertThat(parameters(file, Map.of("v", own))).as("claimed").contains("v");
    }
}
