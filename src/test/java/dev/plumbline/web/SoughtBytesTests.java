package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SoughtBytesTests {

    /** Few letters, so that they begin again and again, and bytes beyond 127. */
    @Test
    void findsThemWhereTextDoes() {
        Random random = new Random(11);
        for (int trial = 0; trial < 20_000; trial++) {
            byte[] sought = letters(random, 1 + random.nextInt(5));
            byte[] window = letters(random, random.nextInt(30));
            int from = random.nextInt(window.length + 1);
            String text = new String(window, StandardCharsets.ISO_8859_1);
            int right = text.indexOf(new String(sought, StandardCharsets.ISO_8859_1), from);
            assertThat(new SoughtBytes(sought).in(window, from)).isEqualTo(right);
        }
    }

    private static byte[] letters(Random random, int count) {
        byte[] letters = new byte[count];
        for (int i = 0; i < count; i++) {
            letters[i] = (byte) (random.nextInt(3) * 100);
        }
        return letters;
    }
}
