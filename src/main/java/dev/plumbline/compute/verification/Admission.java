package dev.plumbline.compute.verification;

import dev.plumbline.compute.program.Convention;
import java.util.BitSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was found out about claims on the entries that bend.
 *
 * @param convention the one that gives the claim, or null
 * @param outside by tensor, the entries that no choice explains
 */
record Admission(@Nullable Convention convention, Map<String, BitSet> outside) {

    /** Whether an entry that bends is explained. */
    boolean admits(String name, int position) {
        BitSet own = outside.get(name);
        return own == null || !own.get(position);
    }
}
