package dev.plumbline.reader.formula;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.Asked;
import dev.plumbline.reader.Model;
import dev.plumbline.reader.formula.Expression.Statement;
import dev.plumbline.tensor.Shape;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model written as text, in words of NumPy and PyTorch:
 *
 * <pre>
 * h = tanh(x @ w1 + b1)
 * p = sigmoid(h @ w2 + b2)
 * mean((p - y)^2)
 * </pre>
 *
 * <p>Names are the parameters and data of the request; a name in backquotes may hold any character: {@code
 * `fc1.weight`}. Statements are separated by semicolons or line ends; a line may go on after an operator or inside
 * brackets; {@code #} begins a comment. From tight to loose: calls, {@code x[0, 1:3, ::-1, ...]}, {@code x.T}, {@code
 * x.shape}; {@code ^} or {@code **}, from the right; unary minus, so {@code -x^2} is {@code -(x^2)}; {@code * / @}; {@code
 * + -}; comparisons, which give 1 or 0 and do not chain. {@code [a, b]} stacks equal shapes along a new first axis. {@code
 * pi}, {@code e}, {@code true} and {@code false} are constants where no such name is given. Shapes broadcast as in NumPy.
 * The functions are listed by {@link Functions}.
 *
 * <p>Every assigned name is an output. The value of the last statement is the output {@code out} and, if it is a single
 * number, {@code loss}; a name that the formula assigns itself keeps its own value. All names given as parameters are
 * parameters of the program, read or not; data are inputs where they are read.
 *
 * <p>Unlike in NumPy, {@code max(x, 0)} is the larger of x and 0, element by element; an axis is {@code max(x, axis=0)}.
 *
 * <p>Any text gives a formula or a {@link Problem}: what is wrong, the line, the column and a caret under it.
 */
public final class Formula implements Model {

    /** The longest text, in characters. */
    public static final int LONGEST = 100_000;

    private static final String OUT = "out";
    private static final String LOSS = "loss";

    private final Source source;
    private final List<Statement> statements;
    private final Set<String> names;

    private Formula(Source source, Set<String> names, List<Statement> statements) {
        this.source = source;
        this.names = names;
        this.statements = statements;
    }

    /** Reads a text as far as that needs no shapes: brackets, operators, assignments. */
    public static Formula parse(String text) {
        if (text.length() > LONGEST) {
            throw Problem.limit(
                    "", "the formula is too long", text.length() + " characters", "at most " + LONGEST + " characters");
        }
        Source source = new Source(text);
        try {
            List<Token> tokens = Lexer.tokens(text);
            List<Statement> statements = Parser.statements(tokens);
            judge(statements);
            return new Formula(source, names(tokens), statements);
        } catch (Fault fault) {
            throw source.problem(fault);
        }
    }

    /** What it reads as a value: no function, no attribute, nothing that it assigns, and no keyword. */
    private static Set<String> names(List<Token> tokens) {
        Set<String> names = new LinkedHashSet<>();
        Set<String> assigned = new HashSet<>();
        for (int i = 0; i < tokens.size() - 1; i++) {
            Token token = tokens.get(i);
            Token next = tokens.get(i + 1);
            boolean isAttribute = i > 0 && tokens.get(i - 1).is(".");
            if (token.kind() == Token.Kind.NAME && next.is("=")) {
                assigned.add(token.text());
            } else if (token.kind() == Token.Kind.NAME && !next.is("(") && !isAttribute) {
                names.add(token.text());
            }
        }
        names.removeAll(assigned);
        return names;
    }

    @Override
    public Set<String> parameterNames(Asked asked) {
        Set<String> parameters = new LinkedHashSet<>(names);
        parameters.removeAll(asked.data().keySet());
        return parameters;
    }

    @Override
    public void appendTo(ProgramBuilder program, Asked asked) {
        Map<String, Shape> parameters = asked.parameters();
        Map<String, Shape> data = asked.data();
        parameters.forEach(program::parameter);
        Scope scope = new Scope(program, parameters, data);
        FormulaCompiler compiler = new FormulaCompiler(program, source, scope);
        try {
            Map<String, Node> outputs = new LinkedHashMap<>();
            for (Statement statement : statements) {
                Node value = compiler.compile(statement.value());
                if (statement.name() != null) {
                    scope.assign(statement, value);
                    outputs.put(statement.name(), value);
                }
                if (statement == statements.get(statements.size() - 1)) {
                    nameLast(program, statement, value, outputs);
                }
            }
            outputs.forEach(program::output);
        } catch (Fault fault) {
            throw source.problem(fault);
        } finally {
            program.at("");
        }
    }

    private static void nameLast(ProgramBuilder program, Statement statement, Node value, Map<String, Node> outputs) {
        boolean isLoss = value.shape().size() == 1 && !outputs.containsKey(LOSS);
        if (statement.name() == null && outputs.containsKey(OUT) && !isLoss) {
            throw Fault.invalid(
                    statement.place(),
                    "this value has no name, because out is assigned above",
                    "a tensor of shape " + value.shape(),
                    "a name for it, or a single number, which is the loss");
        }
        outputs.putIfAbsent(OUT, value);
        if (isLoss) {
            outputs.put(LOSS, program.reshape(value, Shape.SCALAR));
        }
    }

    /** A value that nothing can refer to is a mistake, and so is a name that means two things. */
    private static void judge(List<Statement> statements) {
        Map<String, Statement> assigned = new LinkedHashMap<>();
        for (Statement statement : statements) {
            boolean last = statement == statements.get(statements.size() - 1);
            if (statement.name() == null && !last) {
                throw Fault.malformed(
                        statement.place(),
                        "this value is never used: only the last expression may go without a name",
                        "an expression",
                        "name = expression");
            }
            if (statement.name() != null && assigned.put(statement.name(), statement) != null) {
                throw Fault.invalid(
                        statement.place(), "this name is assigned twice", statement.name(), "a name not used before");
            }
        }
    }
}
