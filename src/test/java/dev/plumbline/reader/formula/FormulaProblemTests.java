package dev.plumbline.reader.formula;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plumbline.problem.Problem;
import dev.plumbline.problem.Problem.Code;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every mistake is said with its line and column, and with what would be right. */
class FormulaProblemTests {

    private static final Map<String, Tensor> PARAMETERS =
            Map.of("weight", Tensor.zeros(Shape.of(3, 2)), "b", Tensor.zeros(Shape.of(2)));
    private static final Map<String, Tensor> DATA =
            Map.of("x", Tensor.zeros(Shape.of(4, 3)), "y", Tensor.zeros(Shape.of(4, 2)), "i", Tensor.vector(0, 1));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // text                        | column | explanation                      | got              | expected
                "1 +                           | 4  | the formula ends too early          | the end          | a number, a name",
                "* 2                           | 1  | does not fit here                   | *                | a number, a name",
                "(1 + 2                        | 1  | this ( is never closed              | the end          | )",
                "sum(x                         | 4  | this ( is never closed              | the end          | )",
                "x[0                           | 2  | this [ is never closed              | the end          | ]",
                "1 + 2)                        | 6  | does not fit here                   | )                | an operator",
                "(1]                           | 3  | does not fit here                   | ]                | an operator or )",
                "2 x                           | 3  | an operator is missing              | x                | an operator",
                "(x)(y)                        | 4  | an operator is missing              | (                | an operator",
                "[1, 2 3]                      | 7  | an operator is missing              | 3                | a comma or ]",
                "[]                            | 1  | nothing in these brackets           | []               | at least one",
                "x[]                           | 2  | nothing in these brackets           | []               | at least one",
                "x $ y                         | 3  | this character has no meaning       | $                | an operator",
                "1 < 2 < 3                     | 7  | comparisons do not chain            | <                | (a < b) * (b < c)",
                "1e999                         | 1  | number is too large                 | 1e999            | 1.797e308",
                "mse(x, y, 'mean)              | 11 | this quote is never closed          | the end          | '",
                "'mean'                        | 1  | options of functions only           | mean             | a value",
                "x.1                           | 2  | an operator is missing              | .1               | an operator",
                "x.t                           | 3  | no such attribute                   | t                | T or shape",
                "x + 1; y                      | 3  | this value is never used            | an expression    | name = expression",
                "a = 1; a = 2                  | 8  | this name is assigned twice         | a                | not used before",
                "x = 1                         | 1  | an assigned name must be new        | x, which is data | another name",
                "out = 1; y                    | 10 | this value has no name              | [4, 2]           | a name for it",
                "x @ wieght                    | 5  | no value has this name; did you mean weight? | wieght  | parameters: ",
                "x + sum                       | 5  | is a function and must be called    | sum              | sum(x, axis?, keepdims=0)",
                "1 + sigmiod(x)                | 5  | no function has this name; did you mean sigmoid? | sigmiod | softmax",
                "x(1)                          | 1  | no function has this name           | x                | multiplication",
                "exp()                         | 1  | exp needs an argument x             | 0 arguments      | exp(x)",
                "exp(x, y)                     | 8  | exp has too many arguments          | argument 2       | exp(x)",
                "sum(x, axes=1)                | 8  | no such argument; did you mean axis? | axes            | sum(x, axis?",
                "sum(x=x, x=y)                 | 10 | this argument is given twice        | x                | sum(x, axis?",
                "sum(axis=1, x)                | 13 | follows one with a name             |                  | sum(x, axis?",
                "max(x, y, 1)                  | 11 | max has too many arguments          | argument 3       | max(x, other?, *, axis?",
                "max(x, y, axis=1)             | 16 | element by element                  | two values       | axis=0",
                "1 + x @ y                     | 7  | inner extents of this matrix product differ | [4, 3] times [4, 2] | k is 3 and 4",
                "1 + (x - b)                   | 8  | cannot be broadcast together        | [4, 3] and [2]   | equal or 1",
                "1 + np.mean(x)                | 5  | called without a module: write mean(...) | np before .mean  | mean(...)",
                "torch.nn.functional.relu(x)   | 1  | called without a module: write relu(...) | torch before .relu | relu(...)",
                "x.sum()                       | 1  | write sum(value)                    | x before .sum    | sum(...)",
                "(x + 1).sum()                 | 2  | write sum(value)                    | .sum             | sum(...)",
                "2 @ x                         | 3  | a matrix product needs matrices     | [] and [4, 3]    | rank 2",
                "mean(mse(x @ weight, b))      | 6  | different shapes                    | [2]              | [4, 2]",
                "crossEntropy(x, y)            | 1  | the target does not fit             | [4, 2]           | [4]",
                "sum(x, 2)                     | 1  | no such axis                        | axis 2           | from -2 to 1",
                "sum(x, 0.5)                   | 8  | axis is a whole number              | 0.5              | a whole number",
                "sum(x, y)                     | 8  | must be known when the formula is read | computed      | a constant",
                "sum(x, [[0]])                 | 8  | axis is a number or a list          | [1, 1]           | 2 or [2, 3]",
                "mse(y, y, 'none')             | 11 | no such reduction                   | none             | 'mean' or 'sum'",
                "mse(y, y, 1)                  | 11 | a word in quotes                    | a value          | 'mean'",
                "concat(x, 0)                  | 8  | parts is a list                     | a value          | [a, b, ...]",
                "concat([x, y], 0)             | 1  | cannot be joined along axis 0       | [4, 3]           | equal extents",
                "[b, x]                        | 1  | different shapes                    | [2] and [4, 3]   | equal shapes",
                "x[4]                          | 3  | index is out of range               | 4                | from -4 to 3",
                "x[0, 1, 2]                    | 2  | more indices than axes              | 3 indices        | at most 2",
                "x[..., ...]                   | 8  | one ... at most                     | two              | one",
                "x[i]                          | 3  | must be known when the formula is read | computed      | a constant",
                "x[::0]                        | 3  | a step is not 0                     | 0                | positive or negative",
                "reshape(x, [5, -1])           | 1  | keeps the number of elements        | 12 elements      | 10 elements",
                "reshape(x, [-1, -1])          | 12 | this is no shape                    | [-1, -1]         | one may be -1",
                "reshape(x, [65536, 65536])    | 12 | this is no shape                    | 65536            | 2^31 - 1",
                "transpose(x, [0, 0])          | 1  | no order of the axes                | [0, 0]           | once",
                "oneHot(i, 1e7)                | 11 | number of classes is out of range   | 10000000         | 1000000",
                "gather([1, 2], [0, 2])        | 1  | an index is out of range            | 2                | from -2 to 1",
                "dot(x, x)                     | 1  | two vectors of one length           | [4, 3]           | a @ b",
                "conv2d(x, x)                  | 1  | has four axes                       | [4, 3]           | kernel height",
                "maxPool2d(reshape(x,[1,1,4,3]), [2,2,2]) | 33 | height and width         | 3 numbers        | 2 or [2, 3]",
                "maxPool2d(reshape(x,[1,1,4,3]), 5) | 1  | the kernel is larger           | 5                | fits",
                "maxPool2d(reshape(x,[1,1,4,3]), 1, 2^30) | 1 | moves too far | 1073741824 | 536870912",
                "maxPool2d(reshape(x,[1,1,4,3]), 0) | 1  | must be at least 1             | [0, 0]           | from 1",
            })
    void saysWhatIsWrongAndWhere(String text, int column, String explanation, String got, String expected) {
        Problem problem = problem(text);
        assertThat(problem.pointer()).isEmpty();
        String[] lines = problem.explanation().split("\n", -1);
        assertThat(lines).hasSize(3);
        assertThat(lines[0]).startsWith("line 1, column " + column + ": ").contains(explanation);
        assertThat(lines[1]).isEqualTo("    " + text);
        assertThat(lines[2]).isEqualTo(" ".repeat(4 + column - 1) + "^");
        assertThat(String.valueOf(problem.got())).contains(got == null ? "null" : got);
        assertThat(problem.expected()).contains(expected);
    }

    @Test
    void countsLinesFromOneAndShowsTheLineAlone() {
        assertThat(problem("h = x @ weight\n\n  p = h @ b2 # what is b2?\np").explanation())
                .isEqualTo("line 3, column 11: no value has this name; did you mean b?\n"
                        + "      p = h @ b2 # what is b2?\n"
                        + "              ^");
    }

    @Test
    void cutsALongLineAroundTheMistake() {
        String[] lines = problem("1 + ".repeat(100) + "$" + " + 1".repeat(100))
                .explanation()
                .split("\n");
        assertThat(lines[0]).startsWith("line 1, column 401: ");
        assertThat(lines[1]).startsWith("    ...").endsWith("...").hasSizeLessThan(100);
        assertThat(lines[1].charAt(lines[2].indexOf('^'))).isEqualTo('$');
    }

    @Test
    void putsTheCaretUnderTheRightCharacterAfterOnesThatTakeTwo() {
        String[] lines = problem("𝜃 + \t$").explanation().split("\n");
        int caret = lines[2].indexOf('^');
        assertThat(lines[1].codePointAt(lines[1].offsetByCodePoints(0, caret))).isEqualTo('$');
    }

    @Test
    void refusesAnEmptyFormula() {
        assertThat(problem(" \n ; # nothing").explanation()).contains("the formula ends too early");
        assertThat(problem("").expected()).contains("mean((x @ w - y)^2)");
    }

    @Test
    void listsWhatIsKnown() {
        assertThat(problem("h = x; q").expected())
                .contains("weight")
                .contains("data: ")
                .contains("assigned: h")
                .contains("pi, e");
    }

    @Test
    void refusesANameThatIsBothParameterAndData() {
        Map<String, Tensor> both = Map.of("w", Tensor.scalar(1));
        Problem problem = catchThrowableOfType(Problem.class, () -> Points.program("2 * w", both, both));
        assertThat(problem.explanation()).startsWith("line 1, column 5: this name is both a parameter and data");
    }

    @Test
    void pointsToTheCallWhoseIndicesAreOutOfRangeAtAPoint() {
        Map<String, Tensor> data = Map.of("x", Tensor.vector(1, 2), "i", Tensor.vector(0, 7));
        Problem problem = catchThrowableOfType(Problem.class, () -> Points.value("1 + gather(x, i)", data));
        assertThat(problem.pointer()).contains("column 5: gather(x, i)");
        assertThat(problem.got()).isEqualTo("7");
    }

    @ParameterizedTest
    @CsvSource({
        "(, ), nested too deeply",
        "[, ], nested too deeply",
        "-, '', nested too deeply",
        "2^, '', nested too deeply",
        "exp(, ), nested too deeply",
        "x[, ], nested too deeply"
    })
    void limitsTheDepth(String opening, String closing, String explanation) {
        Problem problem = problem(opening.repeat(101) + "1" + closing.repeat(101));
        assertThat(problem.code()).isEqualTo(Code.LIMIT);
        assertThat(problem.explanation()).contains(explanation);
        assertThat(problem(opening.repeat(90_000 / opening.length())).code()).isEqualTo(Code.LIMIT);
    }

    @Test
    void limitsTheLengthAndTheParts() {
        assertThat(problem(" ".repeat(100_001)).explanation()).isEqualTo("the formula is too long");
        assertThat(problem("x" + "+x".repeat(40_000)).explanation()).contains("too many parts");
    }

    @Test
    void limitsTheAxes() {
        Problem problem = problem("[".repeat(7) + "x" + "]".repeat(7));
        assertThat(problem.explanation()).contains("too many axes");
        assertThat(problem.expected()).isEqualTo("8 axes");
    }

    @Test
    void refusesToSpendHoursOnConstants() {
        Problem problem = problem("a = reshape(oneHot(0, 1000000), [1000, 1000]); b1 = a @ a @ a @ a; b1");
        assertThat(problem.code()).isEqualTo(Code.LIMIT);
        assertThat(problem.explanation()).contains("too dear to compute");
    }

    @Test
    void refusesAConvolutionWhosePatchesWouldFillTheMemory() {
        Problem problem = problem("conv2d(reshape(x, [1, 1, 4, 3]), reshape(x, [1, 1, 4, 3]), padding=4000)");
        assertThat(problem.code()).isEqualTo(Code.LIMIT);
        assertThat(problem.explanation()).contains("patches");
    }

    private static Problem problem(String text) {
        Problem problem = catchThrowableOfType(Problem.class, () -> Points.program(text, PARAMETERS, DATA));
        assertThat(problem)
                .as("a problem with: %s", text.length() < 200 ? text : text.substring(0, 200))
                .isNotNull();
        return problem;
    }
}
