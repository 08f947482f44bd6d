package dev.plumbline.reader.formula;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The tokens that the parser has not read yet, and what it says when the next one does not fit. */
final class TokenStream {

    private final List<Token> tokens;
    private int next;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(next);
    }

    /** Where the last token read ends. */
    int end() {
        return next == 0 ? 0 : tokens.get(next - 1).end();
    }

    Token take() {
        Token token = peek();
        if (token.kind() != Token.Kind.END) {
            next++;
        }
        return token;
    }

    Token take(String symbol) {
        if (!peek().is(symbol)) {
            throw unexpected(symbol);
        }
        return take();
    }

    Token take(Token.Kind kind, String expected) {
        if (peek().kind() != kind) {
            throw unexpected(expected);
        }
        return take();
    }

    /** An operator, after which the expression may go on in the next line. */
    Token takeOperator() {
        Token token = take();
        while (peek().isLineEnd()) {
            next++;
        }
        return token;
    }

    void skipSeparators() {
        while (peek().kind() == Token.Kind.SEPARATOR) {
            next++;
        }
    }

    /** The operator of this level that comes next. */
    @Nullable
    Operator operator(int level) {
        for (Operator operator : Operator.values()) {
            if (operator.level == level && peek().is(operator.symbol)) {
                return operator;
            }
        }
        return null;
    }

    /** Reads {@code name =} if that is what comes next. */
    boolean keyword() {
        if (peek().kind() != Token.Kind.NAME || !tokens.get(next + 1).is("=")) {
            return false;
        }
        take();
        takeOperator();
        return true;
    }

    /** An opening bracket, elements separated by commas, of which the last may be followed by one, and the closing one. */
    <T> List<T> list(String closing, Supplier<T> element) {
        Token open = take();
        List<T> elements = new ArrayList<>();
        while (!peek().is(closing)) {
            elements.add(element.get());
            if (!peek().is(",")) {
                break;
            }
            take();
        }
        close(open, closing, "an operator, a comma or " + closing);
        if (elements.isEmpty() && closing.equals("]")) {
            throw Fault.malformed(open.place(), "there is nothing in these brackets", "[]", "at least one element");
        }
        return elements;
    }

    void close(Token open, String closing) {
        close(open, closing, "an operator or " + closing);
    }

    private void close(Token open, String closing, String expected) {
        if (peek().kind() == Token.Kind.END) {
            throw Fault.malformed(
                    open.place(), "this " + open.text() + " is never closed", peek().described(), closing);
        }
        if (!peek().is(closing)) {
            throw unexpected(expected);
        }
        take();
    }

    Fault unexpected(String expected) {
        Token token = peek();
        boolean begins = token.kind() == Token.Kind.NUMBER || token.kind() == Token.Kind.NAME || token.is("(");
        boolean wantsOperator = expected.startsWith("an operator");
        String explanation = token.kind() == Token.Kind.END
                ? "the formula ends too early"
                : begins && wantsOperator ? "an operator is missing here: is it *?" : "this does not fit here";
        return Fault.malformed(token.place(), explanation, token.described(), expected);
    }
}
