package dev.plumbline.web;

import java.util.Arrays;

/**
 * Bytes that are looked for in many windows: by their last one, which tells how far the next place is where they may end
 * (Horspool, Practical fast searching in strings, 1980). Of random bytes it looks at one in as many as it seeks; bad, and no
 * better than any other way, for windows that are made of what it seeks.
 */
final class SoughtBytes {

    private final byte[] bytes;
    private final int[] steps = new int[256]; // by the byte that the last one would be at

    SoughtBytes(byte[] bytes) {
        this.bytes = bytes;
        Arrays.fill(steps, bytes.length);
        for (int i = 0; i < bytes.length - 1; i++) {
            steps[bytes[i] & 0xFF] = bytes.length - 1 - i;
        }
    }

    int length() {
        return bytes.length;
    }

    /** Where they are for the first time in a window, from a place on; -1 where they are not, or not wholly. */
    int in(byte[] window, int from) {
        byte last = bytes[bytes.length - 1];
        for (int end = from + bytes.length - 1; end < window.length; end += steps[window[end] & 0xFF]) {
            int start = end - bytes.length + 1;
            if (window[end] == last && Arrays.equals(window, start, end + 1, bytes, 0, bytes.length)) {
                return start;
            }
        }
        return -1;
    }
}
