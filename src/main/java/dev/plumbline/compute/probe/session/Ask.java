package dev.plumbline.compute.probe.session;

import java.util.List;

/** One thing that the caller is asked for. */
public sealed interface Ask {

    /** How many evaluations it takes. */
    int evaluations();

    /** The values at the point itself, so many times. */
    record Repeats(int count) implements Ask {
        @Override
        public int evaluations() {
            return count;
        }
    }

    /** The values at {@code x + t d} for some t, and {@code a . d}. */
    record Along(Direction direction, List<Double> offsets) implements Ask {
        public Along {
            offsets = List.copyOf(offsets);
        }

        @Override
        public int evaluations() {
            return offsets.size();
        }
    }

    /** The claimed entries at some positions of a tensor; nothing is evaluated. */
    record Claims(int tensor, List<List<Integer>> positions) implements Ask {
        public Claims {
            positions = List.copyOf(positions);
        }

        @Override
        public int evaluations() {
            return 0;
        }
    }
}
