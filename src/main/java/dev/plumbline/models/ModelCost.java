package dev.plumbline.models;

import dev.plumbline.compute.program.NotSmooth;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Model;
import dev.plumbline.reader.ModelDescription;
import dev.plumbline.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a model costs, and where its gradient may fail to exist, for inputs of the shapes that its file states, every open
 * extent being 1.
 *
 * @param floatingPointOperations of one forward pass; null where the file does not tell enough
 * @param bytes of all values of a forward pass, in float64
 * @param bends operations on parameters that have a kink somewhere: there a gradient is one of many
 * @param jumps operations on parameters whose derivative is 0 almost everywhere, and that are steps elsewhere
 * @param because why there are no figures; null where there are
 */
record ModelCost(
        @Nullable Double floatingPointOperations,
        @Nullable Double bytes,
        List<Place> bends,
        List<Place> jumps,
        @Nullable String because) {

    /** Many, but an answer and not a dump. */
    private static final int MOST_PLACES = 1000;

    record Place(String node, String operation) {}

    /** @param mostBytes of memory for what the program computes while it is built */
    static ModelCost of(Model model, ModelDescription description, double mostBytes) {
        Map<String, Shape> data = new LinkedHashMap<>();
        for (ModelDescription.Value input : description.inputs()) {
            long[] extents = input.shape() == null
                    ? null
                    : input.shape().stream()
                            .mapToLong(extent -> extent < 0 ? 1 : extent)
                            .toArray();
            if (extents == null || !Shape.fits(extents)) {
                return unknown("the file does not state the shape of its input " + input.name());
            }
            int[] shape = new int[extents.length];
            for (int axis = 0; axis < shape.length; axis++) {
                shape[axis] = (int) extents[axis];
            }
            data.put(input.name(), Shape.of(shape));
        }
        try {
            ProgramBuilder builder = new ProgramBuilder(mostBytes / Double.BYTES);
            model.appendTo(builder, Map.of(), data);
            return of(builder.build());
        } catch (Problem problem) {
            return unknown(String.valueOf(problem.getMessage()));
        }
    }

    private static ModelCost unknown(String because) {
        return new ModelCost(null, null, List.of(), List.of(), because);
    }

    private static ModelCost of(Program program) {
        List<NotSmooth> places = NotSmooth.of(program);
        return new ModelCost(program.cost(), program.bytes(), places(places, false), places(places, true), null);
    }

    private static List<Place> places(List<NotSmooth> all, boolean jumps) {
        return all.stream()
                .filter(each -> each.jumps() == jumps)
                .limit(MOST_PLACES)
                .map(each -> new Place(each.node().label(), each.operation()))
                .toList();
    }
}
