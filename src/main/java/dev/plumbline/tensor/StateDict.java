package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Pickled.View;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * PyTorch's {@code state_dict} in a file of {@code torch.save}: its tensors by name. Of a checkpoint, a dictionary that holds
 * a state_dict among other things, that one is read; where there are several, the caller says which by saving it alone.
 */
final class StateDict {

    static final String CURE = "tensors alone: torch.save(model.state_dict(), path), or safetensors";

    private final TorchArchive archive;
    private final TensorLimits limits;
    private long bytes;

    private StateDict(TorchArchive archive, TensorLimits limits) {
        this.archive = archive;
        this.limits = limits;
    }

    static boolean isIn(List<String> entries) {
        return entries.stream().anyMatch(TorchArchive::isPickle);
    }

    static Map<String, Tensor> read(byte[] file, TensorLimits limits) {
        limits.requireBytes(file.length);
        try {
            StateDict dict = new StateDict(TorchArchive.of(file), limits);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (Map.Entry<String, View> each : dict.views(dict.top()).entrySet()) {
                tensors.put(each.getKey(), dict.placed(each.getKey(), () -> dict.tensor(each.getValue())));
            }
            return tensors;
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /**
     * What an open file holds: tensors by name, an optimizer's state, or both.
     *
     * @param several what is to be said to whoever asks for tensors where there are several dictionaries of them beside an
     *     optimizer's state
     */
    record Stored(Map<String, StoredTensor> tensors, Optional<OptimizerDict> optimizer, Optional<Problem> several) {}

    /** The tensors where they lie. One that is a view with gaps or in another order cannot be read piece by piece. */
    static Stored stored(FileChannel file, TensorLimits limits) throws IOException {
        StateDict dict = new StateDict(TorchArchive.of(file, limits), limits);
        Map<?, ?> top = dict.top();
        Optional<OptimizerDict> optimizer = OptimizerDict.in(top)
                .map(found -> OptimizerDict.of(found, limits, (pointer, view) -> {
                    try {
                        return dict.stored(file, view);
                    } catch (Problem problem) {
                        throw problem.within(pointer);
                    } catch (IOException lost) {
                        throw new UncheckedIOException(lost);
                    }
                }));
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        Map<String, Map<?, ?>> dictionaries = dictionaries(top);
        if (optimizer.isPresent() && dictionaries.size() > 1) {
            return new Stored(tensors, optimizer, Optional.of(notOne(top, dictionaries)));
        }
        if (optimizer.isEmpty() || !dictionaries.isEmpty()) {
            for (Map.Entry<String, View> each : dict.views(top).entrySet()) {
                tensors.put(each.getKey(), dict.placed(each.getKey(), () -> dict.stored(file, each.getValue())));
            }
        }
        return new Stored(tensors, optimizer, Optional.empty());
    }

    @FunctionalInterface
    private interface Reading<T> {
        T read() throws IOException;
    }

    private <T> T placed(String name, Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (Problem problem) {
            throw problem.within(Problem.pointer(name));
        }
    }

    // ── which tensors ──

    private Map<?, ?> top() throws IOException {
        Object object = Pickle.read(archive.pickle(limits));
        if (!(object instanceof Map<?, ?> top)) {
            throw Problem.unsupported(
                    "", "the file holds no dictionary", object.getClass().getSimpleName(), CURE);
        }
        return top;
    }

    private Map<String, View> views(Map<?, ?> top) {
        if (isOfTensors(top)) {
            return named(top);
        }
        limits.requireTensors(top.size());
        Map<String, Map<?, ?>> dictionaries = dictionaries(top);
        if (dictionaries.size() != 1) {
            throw notOne(top, dictionaries);
        }
        return named(dictionaries.values().iterator().next());
    }

    private static Problem notOne(Map<?, ?> top, Map<String, Map<?, ?>> dictionaries) {
        return dictionaries.isEmpty()
                ? Problem.invalid(
                        "",
                        "the file holds no dictionary of tensors",
                        "a dictionary of " + top.size() + " other things",
                        CURE)
                : Problem.invalid(
                        "",
                        "the file holds several dictionaries of tensors",
                        String.join(", ", dictionaries.keySet()),
                        "one of them alone: torch.save(checkpoint[\"%s\"], path)"
                                .formatted(dictionaries.keySet().iterator().next()));
    }

    /** The first two that hold tensors; one dictionary may stand under many keys, and is looked through once. */
    static Map<String, Map<?, ?>> dictionaries(Map<?, ?> top) {
        Map<String, Map<?, ?>> dictionaries = new TreeMap<>();
        Map<Map<?, ?>, Boolean> judged = new IdentityHashMap<>();
        for (Map.Entry<?, ?> each : top.entrySet()) {
            if (dictionaries.size() < 2
                    && each.getValue() instanceof Map<?, ?> map
                    && judged.computeIfAbsent(map, StateDict::isOfTensors)) {
                dictionaries.put(each.getKey().toString(), map);
            }
        }
        return dictionaries;
    }

    private static boolean isOfTensors(Map<?, ?> map) {
        return map.values().stream().anyMatch(View.class::isInstance)
                && map.values().stream().allMatch(value -> value instanceof View || value == Pickled.None.NONE);
    }

    private Map<String, View> named(Map<?, ?> map) {
        limits.requireTensors(map.size());
        Map<String, View> named = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            String name = key.toString();
            TensorLimits.requireName(name);
            if (value instanceof View view) { // the gradient of a parameter that nothing uses is None
                named.put(name, view);
            }
        });
        return named;
    }

    // ── one tensor ──

    private Tensor tensor(View view) throws IOException {
        Shape shape = shape(view);
        Datatype datatype = view.storage().datatype();
        int width = datatype.bytes();
        TorchArchive.Extent storage = storage(view, shape);
        if (view.isContiguous()) {
            ByteBuffer values = archive.bytes(
                    new TorchArchive.Extent(storage.begin() + view.offset() * width, (long) shape.size() * width));
            return Elements.tensor(shape, datatype, Elements.decode(values, datatype));
        }
        byte[] gathered = new byte[shape.size() * width];
        ByteBuffer target = ByteBuffer.wrap(gathered).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer whole = archive.bytes(span(view, storage, shape));
        for (int i = 0; i < shape.size(); i++) {
            target.put(i * width, whole, Math.toIntExact(distance(view, shape.index(i)) * width), width);
        }
        return Elements.tensor(shape, datatype, Elements.decode(target, datatype));
    }

    private StoredTensor stored(FileChannel file, View view) throws IOException {
        Shape shape = shape(view);
        if (!view.isContiguous()) {
            throw Problem.unsupported(
                    "",
                    "this tensor is a view that is not contiguous",
                    "strides",
                    "tensor.contiguous() before torch.save");
        }
        Datatype datatype = view.storage().datatype();
        long begin = storage(view, shape).begin() + view.offset() * datatype.bytes();
        return new StoredTensor(file, begin, new NpyHeader(datatype, ByteOrder.LITTLE_ENDIAN, false, shape));
    }

    private Shape shape(View view) {
        limits.requireRank("", view.extents().length);
        Shape shape = Shape.ofForeign("", view.extents());
        if (view.strides().length != shape.rank()) {
            throw Problem.malformed("", "there must be a stride for each axis", view.strides().length, shape.rank());
        }
        bytes += (long) shape.size() * view.storage().datatype().bytes();
        limits.requireBytes(bytes);
        return shape;
    }

    /** The bytes of the storage, once every element of the view is known to lie in them. */
    private TorchArchive.Extent storage(View view, Shape shape) throws IOException {
        TorchArchive.Extent extent = archive.storage(view.storage().key());
        long numbers = extent.bytes() / view.storage().datatype().bytes();
        long last = view.offset();
        boolean inside = last >= 0 && last <= numbers && view.storage().numbers() == numbers;
        for (int axis = 0; inside && axis < shape.rank(); axis++) {
            long stride = view.strides()[axis];
            inside = stride >= 0 && stride <= Math.max(numbers, Integer.MAX_VALUE);
            last += inside ? Math.max(0, shape.extent(axis) - 1) * stride : 0;
        }
        if (!inside || (shape.size() > 0 && last >= numbers) || last < 0) {
            throw Problem.malformed(
                    "",
                    "the tensor reaches beyond its storage",
                    "offset " + view.offset() + " and shape " + shape,
                    "elements among the " + numbers + " of storage "
                            + view.storage().key());
        }
        return extent;
    }

    /** The bytes from a view's first element to its last. */
    private TorchArchive.Extent span(View view, TorchArchive.Extent storage, Shape shape) {
        int width = view.storage().datatype().bytes();
        long numbers = 0;
        if (shape.size() > 0) {
            int[] last = shape.index(shape.size() - 1);
            numbers = distance(view, last) + 1;
        }
        bytes += numbers * width;
        limits.requireBytes(bytes);
        return new TorchArchive.Extent(storage.begin() + view.offset() * width, numbers * width);
    }

    private static long distance(View view, int[] index) {
        long distance = 0;
        for (int axis = 0; axis < index.length; axis++) {
            distance += index[axis] * view.strides()[axis];
        }
        return distance;
    }
}
