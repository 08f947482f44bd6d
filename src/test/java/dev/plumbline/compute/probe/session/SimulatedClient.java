package dev.plumbline.compute.probe.session;

import dev.plumbline.compute.probe.session.Subject.Product;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** A client in this process: moves the point, evaluates, claims. */
class SimulatedClient {

    private final Objective objective;
    private final double[][] claim;
    private final Datatype claimed;
    private final Datatype evaluation;
    private final ToDoubleFunction<double[][]> function;
    private final double[] sizes;
    private int evaluations;

    SimulatedClient(Objective objective, double[][] claim, Datatype claimed, Datatype evaluation) {
        this(objective, claim, claimed, evaluation, objective::value);
    }

    SimulatedClient(
            Objective objective,
            double[][] claim,
            Datatype claimed,
            Datatype evaluation,
            ToDoubleFunction<double[][]> function) {
        this.objective = objective;
        this.claim = claim;
        this.claimed = claimed;
        this.evaluation = evaluation;
        this.function = function;
        this.sizes = sizes(objective.point());
    }

    private static double[] sizes(double[][] point) {
        double[] sizes = Arrays.stream(point)
                .mapToDouble(SimulatedClient::rootMeanSquare)
                .toArray();
        double[] moving = Arrays.stream(sizes).filter(size -> size > 0).sorted().toArray();
        double median = moving.length == 0 ? 1 : moving[moving.length / 2];
        return Arrays.stream(sizes)
                .map(size -> size < 1e-3 * median ? median : size)
                .toArray();
    }

    private static double rootMeanSquare(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(v -> v * v).sum() / Math.max(1, values.length));
    }

    Subject subject(Product product) {
        List<ProbedTensor> tensors = new ArrayList<>();
        for (int t = 0; t < claim.length; t++) {
            double size = sizes[t];
            double norm = Math.sqrt(Arrays.stream(claim[t]).map(a -> a * a).sum());
            tensors.add(new ProbedTensor(
                    objective.names().get(t), objective.shapes().get(t), claimed, size, norm * size, 0, false));
        }
        return new Subject(tensors, product, claimed, evaluation, true);
    }

    int evaluations() {
        return evaluations;
    }

    Findings check(Settings settings) {
        Subject subject = subject(Product.GRADIENT);
        List<List<Told>> transcript = new ArrayList<>();
        while (true) {
            Step step = ProbeSession.next(subject, settings, transcript);
            if (step instanceof Findings findings) {
                return findings;
            }
            transcript.add(
                    ((Step.Question) step).asks().stream().map(this::answer).toList());
        }
    }

    Told answer(Ask ask) {
        if (ask instanceof Ask.Repeats repeats) {
            List<Double> values = new ArrayList<>();
            for (int i = 0; i < repeats.count(); i++) {
                values.add(value(objective.point()));
            }
            return told(values, List.of(), Double.NaN, Double.NaN, List.of());
        } else if (ask instanceof Ask.Claims claims) {
            Shape shape = objective.shapes().get(claims.tensor());
            return told(
                    List.of(),
                    List.of(),
                    Double.NaN,
                    Double.NaN,
                    claims.positions().stream()
                            .map(index -> claim[claims.tensor()][position(shape, index)])
                            .toList());
        }
        return along((Ask.Along) ask);
    }

    private Told along(Ask.Along ask) {
        double[][] direction = direction(ask.direction());
        double claims = 0;
        double squares = 0;
        for (int t = 0; t < direction.length; t++) {
            for (int i = 0; i < direction[t].length; i++) {
                double product = claim[t][i] * direction[t][i];
                claims += product;
                squares += product * product;
            }
        }
        List<Double> values = new ArrayList<>();
        for (double offset : ask.offsets()) {
            double[][] moved = new double[direction.length][];
            for (int t = 0; t < direction.length; t++) {
                double[] x = objective.point()[t];
                moved[t] = direction[t].length == 0 ? x : new double[x.length];
                for (int i = 0; i < direction[t].length; i++) {
                    double value = x[i] + offset * direction[t][i];
                    moved[t][i] = evaluation == Datatype.FP32 ? (float) value : value;
                }
            }
            values.add(value(moved));
        }
        return told(values, ask.offsets(), claims, Math.sqrt(squares), List.of());
    }

    private double value(double[][] x) {
        evaluations++;
        double value = function.applyAsDouble(x);
        return evaluation == Datatype.FP32 ? (float) value : value;
    }

    private static Told told(
            List<Double> values, List<Double> offsets, double claimed, double contribution, List<Double> claims) {
        return new Told(values, offsets, claimed, contribution, Double.NaN, claims, null);
    }

    /** By tensor; empty where it rests. */
    private double[][] direction(Direction direction) {
        double[][] d = new double[claim.length][0];
        double norm = 0;
        for (int t : direction.set().tensors()) {
            d[t] = new double[claim[t].length];
            Box where = direction.where();
            Weights weights = new Weights(direction.seed(), objective.names().get(t));
            for (int i = 0; i < d[t].length; i++) {
                if (where == null || isIn(where, objective.shapes().get(t).index(i))) {
                    d[t][i] = direction.scale() * sizes[t] * weight(direction, weights, t, i);
                    norm = Math.hypot(norm, claim[t][i] * sizes[t]);
                }
            }
        }
        if (direction.kind() == Direction.Kind.CLAIM) {
            for (double[] part : d) {
                for (int i = 0; i < part.length; i++) {
                    part[i] /= norm;
                }
            }
        }
        return d;
    }

    private double weight(Direction direction, Weights weights, int t, int i) {
        return switch (direction.kind()) {
            case GAUSSIAN, GIVEN -> weights.at(i);
            case CLAIM -> sizes[t] * claim[t][i];
            case ENTRY -> 1;
        };
    }

    private static boolean isIn(Box where, int[] index) {
        for (int axis = 0; axis < index.length; axis++) {
            Box.Span span = where.spans().get(axis);
            if (index[axis] < span.from() || index[axis] >= span.to()) {
                return false;
            }
        }
        return true;
    }

    private static int position(Shape shape, List<Integer> index) {
        int[] strides = shape.strides();
        int position = 0;
        for (int axis = 0; axis < strides.length; axis++) {
            position += strides[axis] * index.get(axis);
        }
        return position;
    }
}
