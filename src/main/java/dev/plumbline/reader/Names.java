package dev.plumbline.reader;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the names of a request were understood by a model.
 *
 * @param namings of the claims and given parameters, and of weights that stand in the file more than once
 * @param renamed given parameters that the program knows by the name of a claim
 * @param replaced given parameters whose values took the place of the file's, under names that the program does not use
 * @param shared claims under the file's one name of several weights
 * @param guessed claims whose weight has a name of the exporter's, which shape and place tell but nothing confirms: what the
 *     file holds may have been computed from the weight
 */
public record Names(
        List<Naming> namings,
        Map<String, String> renamed,
        Set<String> replaced,
        List<Shared> shared,
        Set<String> guessed) {

    /** Every name is the model's own. */
    public static final Names OWN = new Names(List.of(), Map.of(), Set.of(), List.of(), Set.of());

    public Names {
        namings = List.copyOf(namings);
        renamed = Map.copyOf(renamed);
        replaced = Set.copyOf(replaced);
        shared = List.copyOf(shared);
        guessed = Set.copyOf(guessed);
    }

    /**
     * A claim under the one name by which the file holds several weights that were equal when it was written: it may be
     * meant as the gradient of that one weight, or as the sum over all.
     *
     * @param others the file's names of the other weights
     * @param alone whether it is read as that of the one weight
     */
    public record Shared(String given, List<String> others, boolean alone) {

        /** One plain sentence for the report. */
        public String words() {
            return alone
                    ? "%s is held against the gradient of this one weight; the file holds it once for %s too, which were equal."
                            .formatted(given, String.join(", ", others))
                    : "%s is held against the sum over its uses as %s, which the file holds once."
                            .formatted(given, String.join(", ", others));
        }
    }

    /** The tensors of the file in which a weight sits. */
    public List<String> files(String given) {
        return namings.stream()
                .filter(naming -> naming.given().equals(given))
                .map(Naming::file)
                .toList();
    }

    /** The program's name of a given parameter; null where its value went into the file's. */
    @Nullable
    String inProgram(String parameter) {
        return replaced.contains(parameter) ? null : renamed.getOrDefault(parameter, parameter);
    }
}
