package dev.plumbline.check;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Program;
import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Spelling;
import dev.plumbline.reader.ParameterNames;
import dev.plumbline.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows that the pipeline does not learn, such as that of an embedding's {@code padding_idx}: they are left out as a mask
 * leaves entries out.
 *
 * @param rows by parameter; a negative one counts from the end
 */
record FrozenRows(Map<String, List<Integer>> rows) {

    /** The same by the names of the program's parameters. */
    FrozenRows by(ParameterNames names) {
        return new FrozenRows(names.of(rows, "/frozenRows"));
    }

    /** The settings with these rows out of their masks. */
    CheckSettings in(CheckSettings settings, Program program) {
        if (rows.isEmpty()) {
            return settings;
        }
        Map<String, MaskSetting> masks = new LinkedHashMap<>(settings.masks());
        rows.forEach((name, frozen) -> {
            Node parameter = program.parameters().get(name);
            String pointer = "/frozenRows" + Problem.pointer(name);
            if (parameter == null) {
                throw Problem.invalid(
                        pointer,
                        "the model has no parameter of this name",
                        name,
                        Spelling.oneOf(name, program.parameters().keySet()));
            }
            MaskSetting mask = masks.getOrDefault(name, MaskSetting.all(parameter.shape()));
            for (int i = 0; i < frozen.size(); i++) {
                mask = mask.without(row(parameter.shape(), frozen.get(i), pointer + "/" + i));
            }
            masks.put(name, mask);
        });
        return settings.with(masks);
    }

    private static int row(Shape shape, int given, String pointer) {
        int rows = shape.rank() == 0 ? 0 : shape.extent(0);
        int row = given < 0 ? given + rows : given;
        if (row < 0 || row >= rows) {
            throw Problem.invalid(
                    pointer,
                    "there is no such row",
                    given,
                    rows == 0 ? "no row at all" : "a row from 0 to " + (rows - 1));
        }
        return row;
    }
}
