package dev.plumbline.reader.samediff;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A SameDiff graph as records.
 *
 * @param variables by name, in the order of the file
 * @param nodes each after those it reads
 * @param losses the names of its loss variables
 */
record Graph(Map<String, Variable> variables, List<Operation> nodes, List<String> losses) {

    enum Role {
        VARIABLE,
        CONSTANT,
        ARRAY,
        PLACEHOLDER
    }

    /**
     * A named value.
     *
     * @param shape of a placeholder, -1 for an open extent; null where it is not said
     * @param value of a variable or constant
     */
    record Variable(
            String name,
            Role role,
            @Nullable Datatype datatype,
            @Nullable List<Long> shape,
            @Nullable Tensor value) {}

    /**
     * A node.
     *
     * @param inputs the names of the values it reads
     * @param reals T arguments, in SameDiff's words
     * @param integers I arguments
     * @param flags B arguments
     * @param axes dimensions
     */
    record Operation(
            String name,
            String operator,
            List<String> inputs,
            List<String> outputs,
            double[] reals,
            long[] integers,
            boolean[] flags,
            int[] axes,
            @Nullable Tensor scalar) {

        String pointer() {
            return Problem.pointer("node", name);
        }
    }
}
