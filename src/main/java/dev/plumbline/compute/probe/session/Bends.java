package dev.plumbline.compute.probe.session;

import java.util.List;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * How far a right claim may be from central differences where the function bends at the point itself. With bends of b_i in the
 * entries (slopes apart by b_i), and a claim that takes one of the slopes or something between at each, along d
 *
 * <pre>
 *   r = sum_i b_i (gamma_i - 1/2) d_i      0 <= gamma_i <= 1      standard deviation at most sqrt(sum b_i^2) / 2
 *   J = sum_i b_i |d_i|                                           mean square at least (1 - 2/pi) sum b_i^2
 * </pre>
 *
 * One bend has |r| at most |J| / 2; of several, not all to one side, J may cancel while r does not. So r is held against the
 * root mean square of J along all lines of a panel, by Student's t with as many degrees of freedom as there are lines.
 */
final class Bends {

    /** One right claim in a thousand is beyond, at the worst. */
    private static final double QUANTILE = 0.9995;

    private static final double RATIO = 0.5 / Math.sqrt(1 - 2 / Math.PI);

    private Bends() {}

    /** The same lines, each knowing of the others' bends; where no line is bent, as they are. */
    static List<Line> shared(List<Line> lines) {
        if (lines.stream().noneMatch(Line::isBent)) {
            return lines;
        }
        double squares = 0;
        for (Line line : lines) {
            squares += line.finestJump() * line.finestJump();
        }
        double quantile = new TDistribution(null, lines.size()).inverseCumulativeProbability(QUANTILE);
        double farther = RATIO * quantile * Math.sqrt(squares / lines.size());
        return lines.stream().map(line -> line.bending(farther)).toList();
    }
}
