package dev.plumbline.reader.formula;

/** A word of the language, from {@code start} to before {@code end}; {@code text} is without the quotes of a name or text. */
record Token(Kind kind, String text, int start, int end) {

    enum Kind {
        NUMBER,
        NAME,
        /** Letters in quotes: an option such as {@code 'mean'}. */
        TEXT,
        SYMBOL,
        /** A semicolon, or a line end outside brackets. */
        SEPARATOR,
        END
    }

    Place place() {
        return new Place(start, start, end);
    }

    boolean is(String symbol) {
        return kind == Kind.SYMBOL && text.equals(symbol);
    }

    boolean isLineEnd() {
        return kind == Kind.SEPARATOR && text.equals("\n");
    }

    /** How messages name it. */
    String described() {
        return switch (kind) {
            case END -> "the end of the formula";
            case SEPARATOR -> isLineEnd() ? "the end of the line" : text;
            case NUMBER, NAME, TEXT, SYMBOL -> text.length() <= 40 ? text : text.substring(0, 40) + "...";
        };
    }
}
