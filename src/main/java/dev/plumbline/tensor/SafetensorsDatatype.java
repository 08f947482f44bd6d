package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;

/**
 * The datatypes of safetensors that Plumbline reads, by their names in the file. Their order is that in which the
 * reference implementation writes tensors: largest elements first, so that every payload is aligned.
 */
enum SafetensorsDatatype {
    I64(Datatype.INT64),
    F64(Datatype.FP64),
    F32(Datatype.FP32),
    I32(Datatype.INT32),
    BF16(Datatype.BF16),
    F16(Datatype.FP16),
    I16(Datatype.INT16),
    I8(Datatype.INT8),
    U8(Datatype.UINT8),
    BOOL(Datatype.BOOL);

    private final Datatype datatype;

    SafetensorsDatatype(Datatype datatype) {
        this.datatype = datatype;
    }

    Datatype datatype() {
        return datatype;
    }

    static SafetensorsDatatype named(String name, String pointer) {
        for (SafetensorsDatatype candidate : values()) {
            if (candidate.name().equals(name)) {
                return candidate;
            }
        }
        throw Problem.unsupported(
                pointer,
                "this dtype is not supported",
                name,
                "one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL");
    }

    static SafetensorsDatatype of(Datatype datatype) {
        for (SafetensorsDatatype candidate : values()) {
            if (candidate.datatype == datatype) {
                return candidate;
            }
        }
        throw new AssertionError(datatype);
    }
}
