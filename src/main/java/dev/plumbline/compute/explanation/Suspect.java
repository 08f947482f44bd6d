package dev.plumbline.compute.explanation;

import org.jspecify.annotations.Nullable;

/**
 * An operation whose backward rule alone could have made every wrong tensor wrong.
 *
 * @param node what the user calls it
 * @param operation of which kind it is
 * @param wrongBefore wrong tensors among those that its result depends on
 * @param rightBefore right ones among them, its own parameters left out, and those before other inputs where one input has all
 *     wrong ones behind it: they must be reached by other paths
 * @param rightAfter right ones among the others
 * @param admits whether some wrong gradient that it passes on makes the claim, whatever its rule: false clears it. Null where
 *     that was not tried, as it is where a cause is known
 */
public record Suspect(
        String node,
        String operation,
        int wrongBefore,
        int rightBefore,
        int rightAfter,
        @Nullable Boolean admits) {

    Suspect admitting(@Nullable Boolean found) {
        return new Suspect(node, operation, wrongBefore, rightBefore, rightAfter, found);
    }
}
