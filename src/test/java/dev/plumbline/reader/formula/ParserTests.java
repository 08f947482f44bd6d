package dev.plumbline.reader.formula;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.reader.formula.Expression.Argument;
import dev.plumbline.reader.formula.Expression.Attribute;
import dev.plumbline.reader.formula.Expression.Call;
import dev.plumbline.reader.formula.Expression.Indexing;
import dev.plumbline.reader.formula.Expression.Infix;
import dev.plumbline.reader.formula.Expression.Listing;
import dev.plumbline.reader.formula.Expression.Literal;
import dev.plumbline.reader.formula.Expression.Name;
import dev.plumbline.reader.formula.Expression.Negation;
import dev.plumbline.reader.formula.Expression.Statement;
import dev.plumbline.reader.formula.Expression.Subscript;
import dev.plumbline.reader.formula.Expression.Text;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParserTests {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "1                    | 1.0",
                "1.                   | 1.0",
                ".5                   | 0.5",
                "1.5e-3               | 0.0015",
                "2E+2                 | 200.0",
                "a + b - c            | (- (+ a b) c)",
                "a - (b - c)          | (- a (- b c))",
                "a / b * c            | (* (/ a b) c)",
                "a @ b * c            | (* (@ a b) c)",
                "a * b @ c            | (@ (* a b) c)",
                "a + b * c            | (+ a (* b c))",
                "a ^ b ^ c            | (^ a (^ b c))",
                "a ** b ** c          | (^ a (^ b c))",
                "-a ^ b               | (neg (^ a b))",
                "a ^ -b               | (^ a (neg b))",
                "a ^ -b ^ c           | (^ a (neg (^ b c)))",
                "-a * b               | (* (neg a) b)",
                "a * -b               | (* a (neg b))",
                "a - -b               | (- a (neg b))",
                "+a                   | a",
                "a @ b ^ c            | (@ a (^ b c))",
                "a + b < c * d        | (< (+ a b) (* c d))",
                "a >= b               | (>= a b)",
                "(a == b) != c        | (!= (== a b) c)",
                "f(a, b + 1)          | f(a, (+ b 1.0))",
                "f()                  | f()",
                "f(a, axis=-1)        | f(a, axis=(neg 1.0))",
                "f(a, how='mean',)    | f(a, how='mean')",
                "x[0]                 | x[0.0]",
                "x[-1]                | x[(neg 1.0)]",
                "x[:, 1]              | x[: : , 1.0]",
                "x[1:3]               | x[1.0 : 3.0 : ]",
                "x[::-1]              | x[: : (neg 1.0)]",
                "x[..., 0]            | x[..., 0.0]",
                "x[0][1].T ^ 2        | (^ x[0.0][1.0].T 2.0)",
                "a.T @ b              | (@ a.T b)",
                "[a, [b, 1]]          | [a, [b, 1.0]]",
                "[a, b][0]            | [a, b][0.0]",
                "`fc1.weight` * θ_1   | (* fc1.weight θ_1)",
                "a.shape[0]           | a.shape[0.0]",
            })
    void readsExpressions(String text, String expected) {
        assertThat(printed(only(text))).isEqualTo(expected);
    }

    @Test
    void separatesStatementsBySemicolonsAndLineEnds() {
        List<Statement> statements = statements("h = a; \n\n k = h +\n  b # a comment; not a statement\nf(h,\n k);\n");
        assertThat(statements.stream().map(s -> s.name() + ": " + printed(s.value())))
                .containsExactly("h: a", "k: (+ h b)", "null: f(h, k)");
    }

    @Test
    void keepsTheRootOfALongSumShallowEnoughToWalkInALoop() {
        Expression sum = only("1" + " + 1".repeat(5_000));
        int links = 0;
        while (sum instanceof Expression.Chain chain) {
            sum = chain.first();
            links++;
        }
        assertThat(links).isEqualTo(5_000);
    }

    @ParameterizedTest
    @CsvSource({
        "2 + 3 * 4, 14",
        "-2^2, -4",
        "2^3^2, 512",
        "2^-1, 0.5",
        "8 / 4 / 2, 1",
        "7 - 2 - 1, 4",
        "--3, 3",
        "(1 < 2) + (2 <= 2) + (3 > 4) + (4 >= 4) + (5 == 5) + (5 != 5), 4",
        "2 * pi / e, 2.3114546995818"
    })
    void computesWithThePrecedenceOfPython(String text, double expected) {
        assertThat(Points.number(text)).isEqualTo(expected, within(1e-13));
    }

    private static Expression only(String text) {
        return statements(text).get(0).value();
    }

    private static List<Statement> statements(String text) {
        return Parser.statements(Lexer.tokens(text));
    }

    private static String printed(Expression e) {
        if (e instanceof Literal literal) {
            return String.valueOf(literal.value());
        } else if (e instanceof Name name) {
            return name.text();
        } else if (e instanceof Text text) {
            return "'" + text.value() + "'";
        } else if (e instanceof Negation negation) {
            return "(neg " + printed(negation.operand()) + ")";
        } else if (e instanceof Infix infix) {
            return "(" + infix.operator().symbol + " " + printed(infix.first()) + " " + printed(infix.second()) + ")";
        } else if (e instanceof Listing listing) {
            return listing.elements().stream().map(ParserTests::printed).collect(Collectors.joining(", ", "[", "]"));
        } else if (e instanceof Call call) {
            return call.function()
                    + call.arguments().stream().map(ParserTests::printed).collect(Collectors.joining(", ", "(", ")"));
        } else if (e instanceof Attribute attribute) {
            return printed(attribute.first()) + "." + attribute.name();
        }
        Indexing indexing = (Indexing) e;
        return printed(indexing.first())
                + indexing.subscripts().stream().map(ParserTests::printed).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String printed(Argument argument) {
        return (argument.keyword() == null ? "" : argument.keyword() + "=") + printed(argument.value());
    }

    private static String printed(Subscript subscript) {
        if (subscript instanceof Subscript.At at) {
            return printed(at.index());
        } else if (subscript instanceof Subscript.Range range) {
            return (range.start() == null ? "" : printed(range.start()) + " ")
                    + ": "
                    + (range.stop() == null ? "" : printed(range.stop()) + " ")
                    + ": "
                    + (range.step() == null ? "" : printed(range.step()));
        }
        return "...";
    }
}
