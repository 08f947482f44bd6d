package dev.plumbline.reader.formula;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.reader.formula.Expression.Indexing;
import dev.plumbline.reader.formula.Expression.Subscript;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * NumPy's basic indexing: integers, ranges and one ellipsis; axes that are not named are taken whole. An integer outside
 * is refused, a range outside is cut. Indices computed from data are what {@code gather} is for.
 */
final class Subscripts {

    private final FormulaCompiler compiler;
    private final ProgramBuilder b;

    Subscripts(FormulaCompiler compiler, ProgramBuilder b) {
        this.compiler = compiler;
        this.b = b;
    }

    /** What the indexing takes along each axis of x. */
    List<Selection> resolved(Indexing indexing, Node x) {
        List<Subscript> subscripts = indexing.subscripts();
        List<Subscript> ellipses =
                subscripts.stream().filter(s -> s instanceof Subscript.Ellipsis).toList();
        if (ellipses.size() > 1) {
            throw Fault.malformed(ellipses.get(1).place(), "an index has one ... at most", "two", "one");
        }
        int whole = x.rank() - (subscripts.size() - ellipses.size());
        if (whole < 0) {
            throw Fault.invalid(
                    indexing.place(),
                    "there are more indices than axes",
                    (subscripts.size() - ellipses.size()) + " indices",
                    "at most " + x.rank() + " for a tensor of shape " + x.shape());
        }
        List<Selection> selections = new ArrayList<>();
        for (Subscript subscript : subscripts) {
            if (subscript instanceof Subscript.Ellipsis) {
                takeWhole(x, whole, selections);
            } else {
                int extent = x.shape().extent(selections.size());
                selections.add(
                        subscript instanceof Subscript.At at
                                ? element(at, extent)
                                : range((Subscript.Range) subscript, extent));
            }
        }
        takeWhole(x, x.rank() - selections.size(), selections);
        return selections;
    }

    private static void takeWhole(Node x, int count, List<Selection> selections) {
        for (int i = 0; i < count; i++) {
            selections.add(Selection.whole(x.shape().extent(selections.size())));
        }
    }

    private Selection element(Subscript.At at, int extent) {
        int index = integer(at.index(), "an index");
        if (index < -extent || index >= extent) {
            throw Fault.invalid(
                    at.place(),
                    "this index is out of range",
                    index,
                    extent == 0 ? "no index: the axis is empty" : "from " + -extent + " to " + (extent - 1));
        }
        return Selection.element(index < 0 ? index + extent : index);
    }

    private Selection range(Subscript.Range range, int extent) {
        int step = range.step() == null ? 1 : integer(range.step(), "a step");
        if (step == 0) {
            throw Fault.invalid(range.place(), "a step is not 0", 0, "a positive or negative step");
        }
        int least = step > 0 ? 0 : -1;
        int most = step > 0 ? extent : extent - 1;
        long start = bound(range.start(), extent, least, most, step > 0 ? least : most);
        long stop = bound(range.stop(), extent, least, most, step > 0 ? most : least);
        return Selection.range(start, stop, step);
    }

    private long bound(@Nullable Expression bound, int extent, int least, int most, int absent) {
        if (bound == null) {
            return absent;
        }
        int given = integer(bound, "a bound");
        return Math.max(least, Math.min(most, given < 0 ? given + extent : given));
    }

    private int integer(Expression expression, String what) {
        return Constants.integer(b, compiler.compile(expression), expression.place(), what);
    }
}
