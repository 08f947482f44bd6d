package dev.plumbline.compute.product;

import dev.plumbline.compute.judgement.FactorWords;
import dev.plumbline.compute.verification.CheckPlan;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is wrong with a product, by the numbers at hand: a factor, a conjugate, another product of the list. */
record PlainMistakes(CheckPlan plan) {

    /** A factor that is found in one number alone must be a simple one. */
    private static final int SIMPLE = 12;

    private static final int TELLING = 3;

    @Nullable
    ProductMistake of(JudgedProduct product, List<JudgedProduct> others) {
        ProductMistake factor = factor(product);
        if (factor != null) {
            return factor;
        }
        ProductMistake conjugated = conjugated(product);
        if (conjugated != null) {
            return conjugated;
        }
        return swapped(product, others);
    }

    private @Nullable ProductMistake factor(JudgedProduct product) {
        Likeness likeness = Likeness.of(plan, product);
        double cross = 0;
        double square = 0;
        int telling = 0;
        boolean isZero = true;
        for (Map.Entry<String, Tensor> each : product.claim().product().entrySet()) {
            Tensor reference = likeness.reference(each.getKey());
            Tensor allowance = likeness.allowance(each.getKey());
            for (int i = 0; i < reference.size(); i++) {
                isZero &= each.getValue().at(i) == 0;
                cross += each.getValue().at(i) * reference.at(i);
                square += reference.at(i) * reference.at(i);
                telling += Math.abs(reference.at(i)) > Likeness.SLACK * allowance.at(i) ? 1 : 0;
            }
        }
        if (isZero) {
            return ProductMistake.of(
                    ProductMistake.Kind.ZERO,
                    "The claim is zero throughout: the direction does not arrive, or the result was zeroed before it was read.");
        }
        double factor = cross / square;
        double rounded = simple(factor);
        boolean isSimple = Math.abs(rounded - factor) <= 1e-3 * Math.abs(factor);
        double tried = isSimple ? rounded : factor;
        if (!Double.isFinite(factor)
                || (!isSimple && telling < TELLING)
                || !Likeness.of(plan, product).is(scaled(product, tried))) {
            return null;
        }
        return tried == -1
                ? ProductMistake.of(ProductMistake.Kind.SIGN, "The sign is wrong throughout.")
                : new ProductMistake(
                        ProductMistake.Kind.SCALED,
                        tried,
                        null,
                        null,
                        null,
                        "It is %s times what it should be, throughout.".formatted(number(tried)));
    }

    /** The nearest number n or 1/n. */
    private static double simple(double factor) {
        double size = Math.abs(factor);
        double nearest = size >= 1 ? Math.rint(size) : 1 / Math.rint(1 / size);
        boolean isSmall = nearest <= SIMPLE && nearest >= 1.0 / SIMPLE;
        return isSmall ? Math.signum(factor) * nearest : Double.NaN;
    }

    private static Map<String, Tensor> scaled(JudgedProduct product, double factor) {
        Map<String, Tensor> scaled = new LinkedHashMap<>(product.references());
        scaled.replaceAll((name, reference) -> reference.map(value -> factor * value));
        return scaled;
    }

    /** Complex numbers as pairs in a last axis of two, by JAX's convention. */
    private @Nullable ProductMistake conjugated(JudgedProduct product) {
        Map<String, Tensor> conjugates = new LinkedHashMap<>(product.references());
        boolean anyPairs = false;
        for (Map.Entry<String, Tensor> each : conjugates.entrySet()) {
            Shape shape = each.getValue().shape();
            if (shape.rank() > 0 && shape.extent(shape.rank() - 1) == 2) {
                anyPairs = true;
                double[] values = each.getValue().values().clone();
                for (int i = 1; i < values.length; i += 2) {
                    values[i] = -values[i];
                }
                each.setValue(Tensor.of(shape, values));
            }
        }
        return anyPairs && Likeness.of(plan, product).is(conjugates)
                ? ProductMistake.of(
                        ProductMistake.Kind.CONJUGATED,
                        "Of each pair in the last axis the second number has the other sign. If these are complex numbers, it is the conjugate, as JAX has it; PyTorch's is the real part's derivative and i times the imaginary part's.")
                : null;
    }

    @SuppressWarnings("ReferenceEquality") // two products may be equal and stand in two places
    private @Nullable ProductMistake swapped(JudgedProduct product, List<JudgedProduct> others) {
        int place = -1;
        for (JudgedProduct other : others) {
            boolean isOfKind = other.claim().kind() == product.claim().kind();
            place += isOfKind ? 1 : 0;
            boolean fits = isOfKind
                    && other != product
                    && other.references()
                            .keySet()
                            .containsAll(product.references().keySet());
            if (fits && Likeness.of(plan, product).is(other.references())) {
                return new ProductMistake(
                        ProductMistake.Kind.SWAPPED,
                        null,
                        null,
                        null,
                        place,
                        "This is the product of number %d in the list.".formatted(place));
            }
        }
        return null;
    }

    private static String number(double factor) {
        return factor == Math.rint(factor)
                ? String.valueOf((long) factor)
                : Math.abs(1 / factor - Math.rint(1 / factor)) < 1e-9 && Math.abs(factor) < 0.9
                        ? (factor < 0 ? "-" : "") + "1/" + (long) Math.rint(Math.abs(1 / factor))
                        : FactorWords.number(factor);
    }
}
