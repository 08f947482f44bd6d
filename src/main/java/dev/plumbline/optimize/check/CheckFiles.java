package dev.plumbline.optimize.check;

import dev.plumbline.optimize.TensorPart;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files beside a check of steps, open.
 *
 * @param before one for each step, in order; or one for the first, the others going on from where the last has ended
 * @param gradients one for each step
 * @param after one for each step
 * @param state before the first step
 */
record CheckFiles(
        List<TensorPart> before,
        List<TensorPart> gradients,
        List<TensorPart> after,
        @Nullable TensorPart state) {

    static final CheckFiles NONE = new CheckFiles(List.of(), List.of(), List.of(), null);

    /** In memory at once of what cannot be read piece by piece. */
    double bytes() {
        return all().flatMap(part -> part.file().all())
                .filter(tensor -> !TensorPart.isPiecewise(tensor))
                .mapToDouble(tensor -> Double.BYTES * (double) tensor.shape().size())
                .sum();
    }

    int tensors() {
        return (int) all().flatMap(part -> part.file().all()).count();
    }

    private Stream<TensorPart> all() {
        return Stream.of(before, gradients, after, state == null ? List.<TensorPart>of() : List.of(state))
                .flatMap(Collection::stream);
    }
}
