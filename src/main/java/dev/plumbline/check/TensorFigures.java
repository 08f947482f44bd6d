package dev.plumbline.check;

import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.probe.Slope;
import dev.plumbline.compute.verification.JudgedEntry;
import dev.plumbline.compute.verification.JudgedTensor;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A tensor in pictures. It is drawn as a matrix: its first axis down, all others together across; a vector lies flat. Each cell
 * of a map shows one entry, the largest of those it stands for, in claim and reference alike.
 *
 * @param rows of the matrix
 * @param columns of the matrix
 * @param claimed (cell row, cell column)
 * @param reference (cell row, cell column)
 * @param excess the largest {@code |claimed - reference| / allowance} of each cell
 * @param points entries, the wrongest and some others
 * @param sweeps of the entries that the report shows
 */
public record TensorFigures(
        String name,
        int rows,
        int columns,
        double[][] claimed,
        double[][] reference,
        double[][] excess,
        List<Point> points,
        List<Sweep> sweeps) {

    /** Cells to either side. */
    private static final int CELLS = 20;

    private static final int WORST = 60;
    private static final int OTHERS = 90;

    /** Entries with a sweep. */
    private static final int SWEEPS = 3;

    /** One entry. */
    public record Point(List<Integer> index, double claimed, double reference, boolean wrong) {}

    /**
     * What finite differences said of one entry, step by step.
     *
     * @param verdict of the entry
     * @param numeric the difference at the step that was chosen; NaN for none
     * @param errorBound what it may be off by; infinite where nothing bounds it
     * @param step the step that was chosen; NaN for none
     * @param left the slope from the left, and {@code right} from the right: where they differ the objective bends
     * @param bends whether they do
     */
    public record Sweep(
            List<Integer> index,
            Verdict verdict,
            double claimed,
            double reference,
            double numeric,
            double errorBound,
            double step,
            double left,
            double right,
            boolean bends,
            List<Rung> rungs) {

        private static Sweep of(JudgedEntry entry, Shape shape) {
            Slope slope = entry.slope();
            return new Sweep(
                    place(shape, entry.position()),
                    entry.judgement().verdict(),
                    entry.judgement().claimed(),
                    entry.judgement().reference(),
                    slope.value(),
                    slope.errorBound(),
                    slope.step(),
                    slope.left(),
                    slope.right(),
                    slope.sidesDiffer(),
                    slope.sweep().stream()
                            .map(rung -> new Rung(
                                    Rounded.of(rung.step()), rung.value(), Rounded.of(rung.bound()), rung.validated()))
                            .toList());
        }
    }

    /** One step of a sweep: the difference there, what it may be off by, and whether that was validated. */
    public record Rung(double step, double value, double bound, boolean validated) {}

    static TensorFigures of(JudgedTensor tensor) {
        Comparison comparison = tensor.comparison();
        Shape shape = comparison.claimed().shape();
        int size = comparison.size();
        int rows = shape.rank() < 2 || size == 0 ? 1 : shape.extent(0);
        int columns = size / rows;
        int down = Math.min(rows, CELLS);
        int across = Math.min(columns, CELLS);
        double[][] claimed = new double[down][across];
        double[][] reference = new double[down][across];
        double[][] excess = new double[down][across];
        for (int i = 0; i < size; i++) {
            int row = cell(i / columns, down, rows);
            int column = cell(i % columns, across, columns);
            double a = comparison.claimed().at(i);
            double n = comparison.reference().at(i);
            if (isLarger(a, n, claimed[row][column], reference[row][column])) {
                claimed[row][column] = a;
                reference[row][column] = n;
            }
            excess[row][column] = Math.max(
                    excess[row][column], times(a, n, comparison.allowance().at(i)));
        }
        for (double[][] map : List.of(claimed, reference, excess)) {
            for (double[] line : map) {
                Arrays.setAll(line, i -> Rounded.of(line[i]));
            }
        }
        return new TensorFigures(
                tensor.name(),
                rows,
                columns,
                claimed,
                reference,
                excess,
                points(comparison, shape),
                tensor.entries().stream()
                        .filter(entry -> !entry.slope().sweep().isEmpty())
                        .limit(SWEEPS)
                        .map(entry -> Sweep.of(entry, shape))
                        .toList());
    }

    /** Which of {@code cells} an index of {@code all} falls into. */
    private static int cell(int index, int cells, int all) {
        return (int) (((long) index * cells) / all);
    }

    private static boolean isLarger(double a, double n, double otherA, double otherN) {
        double own = Math.max(Math.abs(a), Math.abs(n)); // NaN wins
        return Double.isNaN(own) || own > Math.max(Math.abs(otherA), Math.abs(otherN));
    }

    private static double times(double a, double n, double allowance) {
        double off = Math.abs(a - n);
        return off == 0 ? 0 : allowance == 0 ? Double.POSITIVE_INFINITY : off / allowance;
    }

    /** The worst entries, and others evenly over the tensor. */
    private static List<Point> points(Comparison comparison, Shape shape) {
        Set<Integer> chosen = new LinkedHashSet<>();
        for (int position : comparison.worst(WORST)) {
            chosen.add(position);
        }
        int judged = comparison.judged();
        for (int k = 0; k < Math.min(OTHERS, judged); k++) {
            chosen.add(comparison.judged((int) ((long) k * judged / Math.min(OTHERS, judged))));
        }
        List<Point> points = new ArrayList<>();
        for (int i : chosen) {
            points.add(new Point(
                    place(shape, i),
                    Rounded.of(comparison.claimed().at(i)),
                    Rounded.of(comparison.reference().at(i)),
                    comparison.isBeyond(i)));
        }
        return points;
    }

    private static List<Integer> place(Shape shape, int position) {
        return Arrays.stream(shape.index(position)).boxed().toList();
    }
}
