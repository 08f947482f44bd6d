package dev.plumbline.reader.formula;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Program;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Broken formulas give a result or a problem, and nothing else. */
class FormulaFuzzTests {

    private static final List<String> SEEDS = List.of(
            "mean((x @ w + b - y)^2) / 2",
            "h = tanh(x @ w + b); p = sigmoid(h @ w[:2, :] ** 2); mean((p - y)^2)",
            "[x[0] + x[1], x[1] + x[-1]][::-1, ..., 0:2]",
            "sum(where(w > 0, w, -w), axis=[0, 1], keepdims=true) # comment",
            "crossEntropy(x @ w, [1, 0, 1, 0], reduction='sum', labelSmoothing=0.1, weight=[1, 2])",
            "sum(maxPool2d(conv2d(reshape(x, [1, 1, 4, 3]), reshape(w, [2, 1, 3, 1]), stride=1, padding=[1, 0]), 2))",
            "concat([w, gather(w, [0, 2], 0)], axis=0).T @ cumsum(x[0:3, 0], 0)[:, 1.5e0]",
            "oneHot([0, 1, 2], 3) @ layerNorm(w, epsilon=1e-5) + norm(w) * max(w, axis=0) - min(w, 0)");

    private static final List<String> PIECES = List.of(
            "(",
            ")",
            "[",
            "]",
            ",",
            ":",
            "...",
            ".",
            "^",
            "**",
            "@",
            "-",
            "=",
            "==",
            "<",
            ";",
            "\n",
            "'",
            "`",
            "#",
            "0",
            "-1",
            "1e9",
            "2147483647",
            "99999999999",
            ".T",
            ".shape",
            "x",
            "w",
            "b",
            "axis=",
            "sum(",
            "[[",
            "é",
            "𝜃",
            "\t");

    private static final Map<String, Tensor> PARAMETERS =
            Map.of("w", Points.tensor(Shape.of(3, 2), new Random(1)), "b", Points.tensor(Shape.of(2), new Random(2)));
    private static final Map<String, Tensor> DATA = Map.of(
            "x", Points.tensor(Shape.of(4, 3), new Random(3)), "y", Points.tensor(Shape.of(4, 2), new Random(4)));

    @Test
    void givesAResultOrAProblemForAThousandMutationsOfEachFormula() {
        int results = 0;
        int problems = 0;
        for (int seed = 0; seed < 8_000; seed++) {
            Random random = new Random(seed);
            String text = mutated(SEEDS.get(seed % SEEDS.size()), random);
            try {
                Program program = Points.program(text, PARAMETERS, DATA);
                var evaluation = program.evaluate(Points.joined(PARAMETERS, DATA));
                evaluation.gradient(program.output("out"));
                results++;
            } catch (Problem problem) {
                assertThat(problem.explanation()).isNotBlank();
                problems++;
            } catch (RuntimeException | Error wrong) {
                throw new AssertionError("seed " + seed + ": " + text, wrong);
            }
        }
        // Both ends are reached, so neither branch is idle.
        assertThat(results).isGreaterThan(200);
        assertThat(problems).isGreaterThan(2_000);
    }

    private static String mutated(String seed, Random random) {
        StringBuilder text = new StringBuilder(seed);
        int mutations = 1 + random.nextInt(4);
        for (int k = 0; k < mutations && text.length() > 1; k++) {
            int from = random.nextInt(text.length());
            int to = Math.min(text.length(), from + 1 + random.nextInt(5));
            switch (random.nextInt(5)) {
                case 0 -> text.delete(from, to);
                case 1 -> text.insert(from, PIECES.get(random.nextInt(PIECES.size())));
                case 2 -> text.replace(from, to, PIECES.get(random.nextInt(PIECES.size())));
                case 3 -> text.insert(from, text.substring(from, to));
                default -> text.setCharAt(from, (char) (32 + random.nextInt(95)));
            }
        }
        return text.toString();
    }
}
