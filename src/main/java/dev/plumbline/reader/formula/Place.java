package dev.plumbline.reader.formula;

/**
 * Where something stands in the text, in characters from 0: it begins at {@code start}, ends before {@code end}, and a
 * message about it points to {@code at}, for {@code x @ w} the operator.
 */
record Place(int start, int at, int end) {

    Place until(int end) {
        return new Place(start, at, end);
    }
}
