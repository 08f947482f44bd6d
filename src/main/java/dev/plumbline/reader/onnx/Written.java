package dev.plumbline.reader.onnx;

/**
 * The number that a float32 attribute was before it was rounded: what the model's author wrote and a float64 pipeline
 * computed with. It is the decimal that names the float32, 0.01 rather than 0.00999999977; or, where that has all the digits
 * that a float32 can have, a ratio of small whole numbers, 1/6 rather than 0.16666667.
 */
final class Written {

    /** Digits that a decimal need not have to name a float32; so many come of a division. */
    private static final int FULL = 7;

    /** Of a ratio: some 3000 lie between 0 and 1, so that one in 5000 other numbers is taken for one. */
    private static final int LARGEST_DENOMINATOR = 100;

    private Written() {}

    static double number(float value) {
        String decimal = Float.toString(value);
        return digits(decimal) < FULL ? Double.parseDouble(decimal) : ratio(value, Double.parseDouble(decimal));
    }

    private static long digits(String decimal) {
        String mantissa = decimal.split("E", 2)[0].replaceFirst("^-?0?\\.0*", "");
        return mantissa.chars().filter(Character::isDigit).count();
    }

    private static double ratio(float value, double otherwise) {
        for (int denominator = 2; denominator <= LARGEST_DENOMINATOR; denominator++) {
            double ratio = Math.rint((double) value * denominator) / denominator;
            if ((float) ratio == value && Math.abs(ratio) <= LARGEST_DENOMINATOR) {
                return ratio;
            }
        }
        return otherwise;
    }
}
