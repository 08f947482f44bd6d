package dev.plumbline.web;

import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.EnumNamingStrategy;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.AnnotatedClass;

/**
 * How Java's constants are called on the wire: {@code CROSS_ENTROPY} is {@code crossEntropy}.
 *
 * <p>Verdicts and datatypes keep their capitals: a verdict should catch the eye, and datatypes are the Open Inference
 * Protocol's ({@code FP64}).
 */
final class WireNames implements EnumNamingStrategy {

    private static final Set<String> KEPT = Set.of("Verdict", "Datatype");
    private static final Set<String> ABBREVIATIONS = Set.of("nll"); // poissonNLL, as PyTorch writes it

    @Override
    public String convertEnumToExternalName(MapperConfig<?> config, AnnotatedClass type, String constant) {
        return of(type.getRawType(), constant);
    }

    static String of(Class<?> type, String constant) {
        return KEPT.contains(type.getSimpleName()) ? constant : camelCase(constant);
    }

    private static String camelCase(String constant) {
        if (!constant.equals(constant.toUpperCase(Locale.ROOT))) {
            return constant; // its toString has said so already, as that of an optimizer's kind
        }
        StringBuilder name = new StringBuilder();
        for (String word : constant.toLowerCase(Locale.ROOT).split("_")) {
            boolean isAbbreviation = ABBREVIATIONS.contains(word);
            String capital = Character.toUpperCase(word.charAt(0)) + word.substring(1);
            name.append(name.isEmpty() ? word : isAbbreviation ? word.toUpperCase(Locale.ROOT) : capital);
        }
        return name.toString();
    }
}
