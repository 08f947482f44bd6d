package dev.plumbline.compute.probe.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.tensor.Datatype;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ProbeSessionTests {

    private static Findings check(Objective objective, Datatype evaluation, long seed, Consumer<double[][]> fault) {
        double[][] claim = Arrays.stream(objective.gradient()).map(double[]::clone).toArray(double[][]::new);
        fault.accept(claim);
        return new SimulatedClient(objective, claim, Datatype.FP64, evaluation)
                .check(new Settings(seed, 0.95, 400, true));
    }

    private static void print(String what, Findings findings) {
        System.out.println(what + ": " + findings.verdict() + " evaluations " + findings.evaluations() + " rounds "
                + findings.rounds() + " sigma " + findings.point().sigma());
        for (Findings.OfTensor t : findings.tensors()) {
            System.out.println("   " + t.verdict() + " " + t.fault() + " " + t.limits() + " D " + t.numeric() + " A "
                    + t.claimed() + " +- " + t.bound() + " " + t.entries().size());
        }
        findings.caveats().forEach(c -> System.out.println("   " + c));
    }

    @Test
    void look() {
        for (boolean relu : new boolean[] {false, true}) {
            for (Datatype e : new Datatype[] {Datatype.FP64, Datatype.FP32}) {
                Networks n = new Networks(5, relu, e == Datatype.FP32, 8, 12, 20, 16, 5);
                print(relu + " " + e + " right", check(n, e, 42, c -> {}));
                print("scaled all", check(n, e, 42, c -> { for (double[] t : c) for (int i = 0; i < t.length; i++) t[i] *= 1.001; }));
                print("x1.5", check(n, e, 42, c -> { for (int i = 0; i < c[2].length; i++) c[2][i] *= 1.5; }));
                print("entry", check(n, e, 42, c -> c[2][37] += 0.01));
                print("row", check(n, e, 42, c -> { for (int j = 0; j < 16; j++) c[2][3 * 16 + j] *= -1; }));
                print("nobias", check(n, e, 42, c -> Arrays.fill(c[3], 0)));
                print("transposed", check(n, e, 42, c -> {
                    double[] o = c[2].clone();
                    for (int i = 0; i < 20; i++) for (int j = 0; j < 16; j++) c[2][j * 20 + i] = o[i * 16 + j];
                }));
                print("flipped", check(n, e, 42, c -> {
                    double[] o = c[2].clone();
                    for (int i = 0; i < 20; i++) for (int j = 0; j < 16; j++) c[2][i * 16 + j] = o[i * 16 + 15 - j];
                }));
            }
        }
        assertThat(Verdict.PASS).isNotNull();
    }
}
