package dev.plumbline.reader.formula;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a text into tokens. A number is {@code 1}, {@code 1.5e-3} or {@code .5}; a name is letters, digits and underscores,
 * or anything in backquotes; {@code #} begins a comment. Line ends inside brackets are no separators.
 */
final class Lexer {

    private static final Pattern NUMBER = Pattern.compile("(?:[0-9]++\\.?[0-9]*+|\\.[0-9]++)(?:[eE][+-]?[0-9]++)?");
    private static final List<String> SYMBOLS = List.of(
            "...", "**", "<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "^", "@", "(", ")", "[", "]", ",", ":",
            "=", ".");

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int open;

    private Lexer(String text) {
        this.text = text;
    }

    static List<Token> tokens(String text) {
        Lexer lexer = new Lexer(text);
        while (lexer.at < text.length()) {
            lexer.next();
        }
        lexer.tokens.add(new Token(Token.Kind.END, "", text.length(), text.length()));
        return lexer.tokens;
    }

    private void next() {
        int c = text.codePointAt(at);
        if (c == '\n' || c == ';') {
            separator(c);
        } else if (Character.isWhitespace(c) || c == 0xA0) {
            at += Character.charCount(c);
        } else if (c == '#') {
            int end = text.indexOf('\n', at);
            at = end < 0 ? text.length() : end;
        } else if (Character.isLetter(c) || c == '_') {
            add(Token.Kind.NAME, nameEnd());
        } else if (c == '\'' || c == '"' || c == '`') {
            quoted(c);
        } else if (isDigit(c) || (c == '.' && at + 1 < text.length() && isDigit(text.charAt(at + 1)))) {
            Matcher matcher = NUMBER.matcher(text).region(at, text.length());
            add(Token.Kind.NUMBER, matcher.lookingAt() ? matcher.end() : at + 1);
        } else {
            symbol();
        }
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private void separator(int c) {
        if (c == ';' || open == 0) {
            add(Token.Kind.SEPARATOR, at + 1);
        } else {
            at++;
        }
    }

    private int nameEnd() {
        int end = at;
        while (end < text.length()) {
            int c = text.codePointAt(end);
            if (!Character.isLetterOrDigit(c) && c != '_') {
                break;
            }
            end += Character.charCount(c);
        }
        return end;
    }

    private void quoted(int quote) {
        int end = text.indexOf(quote, at + 1);
        if (end < 0 || text.substring(at, end).contains("\n")) {
            throw Fault.malformed(
                    new Place(at, at, at + 1),
                    "this quote is never closed",
                    "the end of the line",
                    Character.toString(quote));
        }
        Token.Kind kind = quote == '`' ? Token.Kind.NAME : Token.Kind.TEXT;
        tokens.add(new Token(kind, text.substring(at + 1, end), at, end + 1));
        at = end + 1;
    }

    private void symbol() {
        for (String symbol : SYMBOLS) {
            if (text.startsWith(symbol, at)) {
                if (symbol.equals("(") || symbol.equals("[")) {
                    open++;
                } else if (symbol.equals(")") || symbol.equals("]")) {
                    open = Math.max(0, open - 1);
                }
                add(Token.Kind.SYMBOL, at + symbol.length());
                return;
            }
        }
        throw Fault.malformed(
                new Place(at, at, at + 1),
                "this character has no meaning in a formula",
                Character.toString(text.codePointAt(at)),
                "a number, a name, an operator or a bracket");
    }

    private void add(Token.Kind kind, int end) {
        tokens.add(new Token(kind, text.substring(at, end), at, end));
        at = end;
    }
}
