package dev.plumbline.reader.formula;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a formula says, before anything has a shape. */
sealed interface Expression {

    Place place();

    /**
     * An expression that begins with another one. {@code a + b + c + ...} and {@code x.T.T...} nest as deeply as they are
     * long, so whoever walks them must loop along {@link #first} and may recurse into the rest.
     */
    sealed interface Chain extends Expression {
        Expression first();
    }

    record Literal(Place place, double value) implements Expression {}

    record Name(Place place, String text) implements Expression {}

    /** Letters in quotes, the value of an option. */
    record Text(Place place, String value) implements Expression {}

    /** {@code [a, b, ...]}: its elements stacked along a new first axis. */
    record Listing(Place place, List<Expression> elements) implements Expression {}

    record Negation(Place place, Expression operand) implements Expression {}

    record Call(Place place, String function, List<Argument> arguments) implements Expression {}

    /** {@code value} or {@code keyword=value}; the place is the keyword's where there is one. */
    record Argument(Place place, @Nullable String keyword, Expression value) {}

    record Infix(Place place, Operator operator, Expression first, Expression second) implements Chain {}

    record Indexing(Place place, Expression first, List<Subscript> subscripts) implements Chain {}

    /** {@code x.T} or {@code x.shape}. */
    record Attribute(Place place, Expression first, String name) implements Chain {}

    /** One of the things between the brackets of {@code x[0, 1:3, ...]}. */
    sealed interface Subscript {

        Place place();

        record At(Place place, Expression index) implements Subscript {}

        record Range(
                Place place,
                @Nullable Expression start,
                @Nullable Expression stop,
                @Nullable Expression step) implements Subscript {}

        record Ellipsis(Place place) implements Subscript {}
    }

    /** {@code name = value}, or only a value. */
    record Statement(Place place, @Nullable String name, Expression value) {}
}
