package dev.plumbline.tensor;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a pickle of tensors is made of, besides text, numbers, lists and dictionaries. */
sealed interface Pickled {

    /** Python's None. */
    enum None implements Pickled {
        NONE
    }

    record Tuple(List<Object> items) implements Pickled {}

    /** A storage of the archive: {@code numbers} elements under a key. */
    record Storage(Datatype datatype, String key, long numbers) implements Pickled {}

    /** A tensor: a storage looked at from an offset on with strides, all in elements. */
    record View(Storage storage, long offset, long[] extents, long[] strides) implements Pickled {

        /** Whether the elements lie one behind the other in row-major order. */
        boolean isContiguous() {
            long expected = 1;
            for (int axis = extents.length - 1; axis >= 0; axis--) {
                if (extents[axis] != 1 && strides[axis] != expected) {
                    return false;
                }
                expected *= extents[axis];
            }
            return true;
        }
    }

    /** The names of Python that tensors need; a pickle that says any other is refused. */
    enum Global implements Pickled {
        ORDERED_DICT("collections.OrderedDict", null),
        REBUILD_TENSOR("torch._utils._rebuild_tensor_v2", null),
        REBUILD_PARAMETER("torch._utils._rebuild_parameter", null),
        DOUBLE("torch.DoubleStorage", Datatype.FP64),
        FLOAT("torch.FloatStorage", Datatype.FP32),
        HALF("torch.HalfStorage", Datatype.FP16),
        BFLOAT16("torch.BFloat16Storage", Datatype.BF16),
        LONG("torch.LongStorage", Datatype.INT64),
        INT("torch.IntStorage", Datatype.INT32),
        SHORT("torch.ShortStorage", Datatype.INT16),
        CHAR("torch.CharStorage", Datatype.INT8),
        BYTE("torch.ByteStorage", Datatype.UINT8),
        BOOL("torch.BoolStorage", Datatype.BOOL);

        private static final Map<String, Global> BY_NAME =
                Stream.of(values()).collect(Collectors.toMap(global -> global.python, Function.identity()));

        private final String python;
        private final Optional<Datatype> storage;

        Global(String python, @org.jspecify.annotations.Nullable Datatype storage) {
            this.python = python;
            this.storage = Optional.ofNullable(storage);
        }

        static Optional<Global> named(String python) {
            return Optional.ofNullable(BY_NAME.get(python));
        }

        /** Of the elements, where this is a kind of storage. */
        Optional<Datatype> storage() {
            return storage;
        }

        @Override
        public String toString() {
            return python;
        }
    }
}
