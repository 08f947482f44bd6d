package dev.plumbline.compute.verification;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Constant;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Units so near to the edge of an activation that float32 rounding decides which side they are on, beside others: only what
 * such an edge reaches is looser for it.
 */
class EdgesInFloat32Tests {

    private static final int UNITS = 50;
    private static final int INPUTS = 6;
    private static final int LAST = UNITS * INPUTS - 1;

    private enum Activation {
        RELU(0),
        ABS(0),
        HARD_SWISH(3),
        MAXIMUM(1);

        private final double edge;

        Activation(double edge) {
            this.edge = edge;
        }

        Node of(ProgramBuilder b, Node x) {
            return switch (this) {
                case RELU -> b.unary(UnaryFunction.RELU, x);
                case ABS -> b.unary(UnaryFunction.ABS, x);
                case HARD_SWISH -> { // as PyTorch's exporter writes it in opset 11
                    Node clipped = b.binary(
                            BinaryFunction.MINIMUM,
                            b.binary(BinaryFunction.MAXIMUM, b.add(x, b.constant(3)), b.constant(0)),
                            b.constant(6));
                    yield b.divide(b.multiply(x, clipped), b.constant(6));
                }
                case MAXIMUM -> b.binary(BinaryFunction.MAXIMUM, x, b.constant(1));
            };
        }
    }

    /** {@code sum v act(W x)}: the first units lie 1e-8 beyond the edge. */
    private static Objective layer(Activation activation, int atEdge) {
        SplittableRandom random = new SplittableRandom(atEdge);
        double[] x =
                random.doubles(INPUTS, 0.5, 1.5).map(value -> (float) value).toArray();
        double[] w = new double[UNITS * INPUTS];
        for (int unit = 0; unit < UNITS; unit++) {
            double sum = 0;
            for (int k = 0; k < INPUTS - 1; k++) {
                w[unit * INPUTS + k] = random.nextDouble(-1, 1);
                sum += w[unit * INPUTS + k] * x[k];
            }
            double aim = activation.edge + (unit < atEdge ? 1e-8 : random.nextDouble(0.2, 1));
            w[unit * INPUTS + INPUTS - 1] = (aim - sum) / x[INPUTS - 1];
        }
        ProgramBuilder b = new ProgramBuilder();
        Node product =
                b.matmul(b.parameter("w", Shape.of(UNITS, INPUTS)), b.constant(Tensor.of(Shape.of(INPUTS, 1), x)));
        Node weighted = b.multiply(activation.of(b, product), b.parameter("v", Shape.of(UNITS, 1)));
        Program program = b.output("f", b.sum(weighted)).build();
        Tensor v = Tensor.of(Shape.of(UNITS, 1), random.doubles(UNITS, 0.5, 1.5).toArray());
        return new Objective(program, program.output("f"), Map.of("w", Tensor.of(Shape.of(UNITS, INPUTS), w), "v", v));
    }

    private static Examination examined(Objective objective, Map<String, Tensor> claims) {
        Map<String, Datatype> datatypes = new HashMap<>();
        claims.keySet().forEach(name -> datatypes.put(name, Datatype.FP32));
        CheckPlan plan = CheckPlan.certified(new CheckPlan.Arithmetic(datatypes, null, false), 10);
        return Examination.of(Measurement.of(objective, plan, Progress.NONE), Claims.of(claims));
    }

    private static Verdict verdict(Examination examination, String name) {
        Verdict worst = Verdict.PASS;
        for (int i = 0; i < examination.claims().tensor(name).size(); i++) {
            worst = worst.worse(examination.ruling(name, i).verdict());
        }
        return worst;
    }

    private static Map<String, Tensor> claims(Objective objective, int entry, double factor) {
        Map<String, Tensor> claims = new HashMap<>(objective.gradient().byParameter());
        claims.computeIfPresent("w", (name, right) -> {
            double[] values = right.map(g -> (float) g).values().clone();
            values[entry] *= factor;
            return Tensor.of(right.shape(), values);
        });
        return claims;
    }

    /** Six of 50 units are more than a tenth of the weight, which is what a tensor's usual spread leaves out. */
    @ParameterizedTest
    @CsvSource({
        "RELU, 0",
        "RELU, 2",
        "RELU, 6",
        "RELU, 15",
        "RELU, 40",
        "ABS, 6",
        "ABS, 15",
        "HARD_SWISH, 2",
        "HARD_SWISH, 6",
        "HARD_SWISH, 15",
        "HARD_SWISH, 40",
        "MAXIMUM, 6",
        "MAXIMUM, 15"
    })
    void anEntryThatNoEdgeReachesIsJudgedAsIfThereWereNone(Activation activation, int atEdge) {
        Objective objective = layer(activation, atEdge);
        assertThat(verdict(examined(objective, claims(objective, 0, 1)), "w")).isEqualTo(Verdict.PASS);
        Examination wrong = examined(objective, claims(objective, LAST, 1.01));
        assertThat(wrong.ruling("w", LAST).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(wrong.allowance("w", LAST)).isLessThan(1e-5);
    }

    /** The slope on the other side of the edge is no mistake and is not confirmed; beyond both sides it is a mistake. */
    @ParameterizedTest
    @CsvSource({"RELU, 6, 0", "HARD_SWISH, 6, 1.5", "HARD_SWISH, 40, 1.5", "ABS, 15, -1", "MAXIMUM, 6, 0"})
    void anEntryAtAnEdgeMayHaveTheSlopeOfTheOtherSide(Activation activation, int atEdge, double factor) {
        Objective objective = layer(activation, atEdge);
        for (double claimed : new double[] {factor, 1.01}) {
            assertThat(examined(objective, claims(objective, 0, claimed)).ruling("w", 0))
                    .as("a factor %s", claimed)
                    .isEqualTo(Ruling.DROWNS);
        }
        assertThat(examined(objective, claims(objective, 0, 40)).ruling("w", 0).verdict())
                .isEqualTo(Verdict.FAIL);
    }

    /**
     * Behind the first layer another one whose units lie at edges too: all entries of the first reach them, and what is 1 % off
     * there may have crossed one. Entries of the second layer that reach none are judged.
     */
    @ParameterizedTest
    @EnumSource(Activation.class)
    void inADeepNetworkEachEntryIsAsLooseAsTheEdgesThatItReaches(Activation activation) {
        Objective objective = deep(activation, 6);
        Map<String, Tensor> right = claims(objective, 0, 1);
        right.replaceAll((name, gradient) -> gradient.map(g -> (float) g));
        Examination examination = examined(objective, right);
        for (String name : examination.names()) {
            assertThat(verdict(examination, name)).as(name).isEqualTo(Verdict.PASS);
        }
        Map<String, Tensor> wrong = new HashMap<>(right);
        wrong.computeIfPresent("u", (name, gradient) -> {
            double[] values = gradient.values().clone();
            values[UNITS * UNITS - 1] *= 1.01;
            return Tensor.of(gradient.shape(), values);
        });
        assertThat(examined(objective, wrong).ruling("u", UNITS * UNITS - 1).verdict())
                .isEqualTo(Verdict.FAIL);
    }

    private static Objective deep(Activation activation, int atEdge) {
        Objective first = layer(activation, atEdge);
        SplittableRandom random = new SplittableRandom(7);
        Tensor u = Tensor.of(
                Shape.of(UNITS, UNITS), random.doubles(UNITS * UNITS, -0.3, 0.3).toArray());
        ProgramBuilder b = new ProgramBuilder();
        Node x = b.constant(Objects.requireNonNull(first.program().nodes().stream()
                .filter(node -> node.op() instanceof Constant constant
                        && constant.tensor().size() == INPUTS)
                .map(node -> ((Constant) node.op()).tensor())
                .findFirst()
                .orElse(null)));
        Node hidden = activation.of(b, b.matmul(b.parameter("w", Shape.of(UNITS, INPUTS)), x));
        Node product = b.matmul(b.parameter("u", Shape.of(UNITS, UNITS)), hidden);
        Node second = activation.of(b, b.add(product, b.parameter("c", Shape.of(UNITS, 1))));
        Program program = b.output("f", b.sum(b.multiply(second, b.parameter("v", Shape.of(UNITS, 1)))))
                .output("product", product)
                .build();
        Map<String, Tensor> point = new HashMap<>(first.point());
        point.put("u", u);
        point.put("c", Tensor.zeros(Shape.of(UNITS, 1)));
        Tensor made = program.evaluate(point).value(program.output("product"));
        double[] c = new double[UNITS];
        for (int unit = 0; unit < UNITS; unit++) {
            double aim = activation.edge + (unit < atEdge ? 1e-8 : random.nextDouble(0.2, 1));
            c[unit] = aim - made.at(unit);
        }
        point.put("c", Tensor.of(Shape.of(UNITS, 1), c));
        return new Objective(program, program.output("f"), point);
    }
}
