package dev.plumbline.reader.samediff;

import dev.plumbline.compute.program.Node;
import java.util.List;

/** How one operation of SameDiff becomes primitives. */
@FunctionalInterface
interface Operator {
    List<Node> apply(Call call);
}
