package dev.plumbline.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Numbers are compared as objects, so that NaN is NaN and -0 is not 0. */
class HalfPrecisionTests {

    private static final int PATTERNS = 1 << 16;

    @Test
    void readsEveryFloat16PatternAsNumPyDoes() throws Exception {
        ByteBuffer bytes = ByteBuffer.allocate(PATTERNS * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int pattern = 0; pattern < PATTERNS; pattern++) {
            bytes.putLong(Double.doubleToLongBits(HalfPrecision.fromFloat16((short) pattern))); // one NaN for all
        }
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
        assertThat(digest).isEqualTo(new String(Fixtures.file("float16.sha256"), StandardCharsets.US_ASCII).strip());
    }

    @Test
    void readsEveryBfloat16PatternByItsDefinition() {
        for (int pattern = 0; pattern < PATTERNS; pattern++) {
            int exponent = (pattern >> 7) & 0xff;
            int fraction = pattern & 0x7f;
            double magnitude = exponent == 255
                    ? (fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
                    : exponent == 0 ? fraction * 0x1p-133 : (128 + fraction) * Math.pow(2, exponent - 134);
            double expected = pattern < 0x8000 ? magnitude : -magnitude;
            assertThat(HalfPrecision.fromBfloat16((short) pattern)).isEqualTo(Double.valueOf(expected));
        }
    }

    @Test
    void writesEveryPatternThatIsANumberAsItWasRead() {
        for (int pattern = 0; pattern < PATTERNS; pattern++) {
            short bits = (short) pattern;
            double half = HalfPrecision.fromFloat16(bits);
            double brain = HalfPrecision.fromBfloat16(bits);
            assertThat(HalfPrecision.toFloat16(half)).isEqualTo(Double.isNaN(half) ? (short) 0x7e00 : bits);
            assertThat(HalfPrecision.toBfloat16(brain)).isEqualTo(Double.isNaN(brain) ? (short) 0x7fc0 : bits);
        }
    }

    /** Ties, their neighbours on both sides, subnormals and the borders to infinity: value, binary16, bfloat16. */
    @Test
    void roundsAsNumPyAndExactArithmeticDo() {
        Tensor rows = Npy.read(Fixtures.file("roundings.npy"), TensorLimits.DEFAULT);
        assertThat(rows.shape().extent(0)).isGreaterThan(1000);
        for (int i = 0; i < rows.size(); i += 3) {
            double value = rows.at(i);
            assertThat(Datatype.FP16.round(value))
                    .as("%a as binary16", value)
                    .isEqualTo(Double.valueOf(rows.at(i + 1)));
            assertThat(Datatype.BF16.round(value))
                    .as("%a as bfloat16", value)
                    .isEqualTo(Double.valueOf(rows.at(i + 2)));
        }
    }
}
