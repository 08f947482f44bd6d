package dev.plumbline.reader.formula;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Recursive descent over the grammar
 *
 * <pre>
 * formula    = statement { (";" | line end) statement }
 * statement  = [ name "=" ] expression
 * expression = sum [ ("&lt;" | "&lt;=" | "&gt;" | "&gt;=" | "==" | "!=") sum ]
 * sum        = product { ("+" | "-") product }
 * product    = signed { ("*" | "/" | "@") signed }
 * signed     = ("-" | "+") signed | power
 * power      = postfix [ ("^" | "**") signed ]
 * postfix    = primary { "[" subscripts "]" | "." name }
 * primary    = number | name | name "(" arguments ")" | "(" expression ")" | "[" expressions "]" | text
 * </pre>
 */
final class Parser {

    static final int DEEPEST = 100;
    static final int MOST_EXPRESSIONS = 20_000;

    private static final Set<String> MODULES =
            Set.of("np", "numpy", "torch", "nn", "F", "jnp", "jax", "tf", "math", "scipy", "optax");

    private final TokenStream tokens;
    private int depth;
    private int expressions;

    private Parser(TokenStream tokens) {
        this.tokens = tokens;
    }

    static List<Statement> statements(List<Token> tokens) {
        return new Parser(new TokenStream(tokens)).statements();
    }

    private List<Statement> statements() {
        List<Statement> statements = new ArrayList<>();
        tokens.skipSeparators();
        while (tokens.peek().kind() != Token.Kind.END) {
            statements.add(statement());
            if (tokens.peek().kind() != Token.Kind.END && tokens.peek().kind() != Token.Kind.SEPARATOR) {
                throw tokens.unexpected("an operator, or ; or a new line before the next expression");
            }
            tokens.skipSeparators();
        }
        if (statements.isEmpty()) {
            throw tokens.unexpected("an expression such as mean((x @ w - y)^2)");
        }
        return statements;
    }

    private Statement statement() {
        Token name = tokens.peek();
        if (tokens.keyword()) {
            return new Statement(name.place(), name.text(), expression());
        }
        Expression value = expression();
        return new Statement(value.place(), null, value);
    }

    private Expression expression() {
        return infix(Operator.COMPARISON);
    }

    private Expression infix(int level) {
        if (level > Operator.TIGHTEST_FROM_LEFT) {
            return signed();
        }
        Expression left = infix(level + 1);
        Operator operator = tokens.operator(level);
        while (operator != null) {
            Token token = tokens.takeOperator();
            left = infix(token, operator, left, infix(level + 1));
            operator = tokens.operator(level);
            if (level == Operator.COMPARISON && operator != null) {
                throw Fault.malformed(
                        tokens.peek().place(), "comparisons do not chain", operator.symbol, "(a < b) * (b < c)");
            }
        }
        return left;
    }

    private Expression signed() {
        Token token = tokens.peek();
        if (token.is("-") || token.is("+")) {
            tokens.takeOperator();
            Expression operand = nested(token, this::signed);
            Place place =
                    new Place(token.start(), token.start(), operand.place().end());
            return token.is("-") ? counted(new Negation(place, operand)) : operand;
        }
        return power();
    }

    private Expression power() {
        Expression base = postfix();
        Token token = tokens.peek();
        if (token.is("^") || token.is("**")) {
            tokens.takeOperator();
            return infix(token, Operator.POWER, base, nested(token, this::signed));
        }
        return base;
    }

    private Expression infix(Token token, Operator operator, Expression first, Expression second) {
        Place place =
                new Place(first.place().start(), token.start(), second.place().end());
        return counted(new Infix(place, operator, first, second));
    }

    private Expression postfix() {
        Expression value = primary();
        while (true) {
            Token token = tokens.peek();
            int start = value.place().start();
            if (token.is("[")) {
                Expression indexed = value;
                List<Subscript> subscripts = nested(token, () -> tokens.list("]", this::subscript));
                value = counted(new Indexing(new Place(start, token.start(), tokens.end()), indexed, subscripts));
            } else if (token.is(".")) {
                tokens.take();
                Token name = tokens.take(Token.Kind.NAME, "T or shape");
                requireNoCall(value, name);
                value = counted(new Attribute(new Place(start, name.start(), name.end()), value, name.text()));
            } else {
                return value;
            }
        }
    }

    /** {@code np.mean(x)} and {@code x.mean()} are how others write {@code mean(x)}. */
    private void requireNoCall(Expression owner, Token function) {
        if (!tokens.peek().is("(")) {
            return;
        }
        Expression root = owner;
        while (root instanceof Attribute attribute) {
            root = attribute.first();
        }
        boolean module = root instanceof Name name && MODULES.contains(name.text());
        throw Fault.invalid(
                new Place(owner.place().start(), owner.place().start(), function.end()),
                module
                        ? "functions are called without a module: write " + function.text() + "(...)"
                        : "a value has no functions of its own: write " + function.text() + "(value)",
                root instanceof Name name ? name.text() + " before ." + function.text() : "." + function.text(),
                function.text() + "(...)");
    }

    private Expression primary() {
        Token token = tokens.peek();
        if (token.is("(")) {
            tokens.take();
            Expression inner = nested(token, this::expression);
            tokens.close(token, ")");
            return inner;
        }
        if (token.is("[")) {
            List<Expression> elements = nested(token, () -> tokens.list("]", this::expression));
            return counted(new Listing(token.place().until(tokens.end()), elements));
        }
        return switch (token.kind()) {
            case NUMBER -> counted(new Literal(token.place(), number(tokens.take())));
            case TEXT -> counted(new Text(token.place(), tokens.take().text()));
            case NAME -> nameOrCall(tokens.take());
            case SYMBOL, SEPARATOR, END -> throw tokens.unexpected("a number, a name, ( or [");
        };
    }

    private Expression nameOrCall(Token name) {
        Token open = tokens.peek();
        if (!open.is("(")) {
            return counted(new Name(name.place(), name.text()));
        }
        List<Argument> arguments = nested(open, () -> tokens.list(")", this::argument));
        return counted(new Call(name.place().until(tokens.end()), name.text(), arguments));
    }

    private Argument argument() {
        Token name = tokens.peek();
        if (tokens.keyword()) {
            return new Argument(name.place(), name.text(), expression());
        }
        Expression value = expression();
        return new Argument(value.place(), null, value);
    }

    private Subscript subscript() {
        Token first = tokens.peek();
        if (first.is("...")) {
            return new Subscript.Ellipsis(tokens.take().place());
        }
        Expression start = first.is(":") ? null : expression();
        if (start != null && !tokens.peek().is(":")) {
            return new Subscript.At(start.place(), start);
        }
        Place place = tokens.take(":").place();
        Expression stop = bound();
        Expression step = null;
        if (tokens.peek().is(":")) {
            tokens.take();
            step = bound();
        }
        return new Subscript.Range(place, start, stop, step);
    }

    private @Nullable Expression bound() {
        Token token = tokens.peek();
        return token.is(":") || token.is(",") || token.is("]") ? null : expression();
    }

    private static double number(Token token) {
        double value = Double.parseDouble(token.text());
        if (Double.isInfinite(value)) {
            throw Fault.invalid(token.place(), "this number is too large", token.described(), "at most 1.797e308");
        }
        return value;
    }

    private <T> T nested(Token token, Supplier<T> inner) {
        if (++depth > DEEPEST) {
            throw Fault.limit(token.place(), "this is nested too deeply", depth + " levels", DEEPEST + " levels");
        }
        T result = inner.get();
        depth--;
        return result;
    }

    private <T extends Expression> T counted(T expression) {
        if (++expressions > MOST_EXPRESSIONS) {
            throw Fault.limit(
                    expression.place(),
                    "this formula has too many parts",
                    "more than " + MOST_EXPRESSIONS,
                    "at most " + MOST_EXPRESSIONS + " numbers, names, operators and calls");
        }
        return expression;
    }
}
