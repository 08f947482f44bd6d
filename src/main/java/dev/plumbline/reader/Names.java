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
 * @param shared claims of weights that stand in the file more than once
 * @param doubtful claims whose weight the export may have computed something from, with the file's tensors that may be that:
 *     those that were taken for the weight by shape and place only, and those beside it that nobody claims
 * @param left given parameters that the model does not have, where all that it has got a value: a {@code state_dict} given
 *     whole, with heads and counters that {@code forward} does not read
 */
public record Names(
        List<Naming> namings,
        Map<String, String> renamed,
        Set<String> replaced,
        List<Shared> shared,
        Map<String, List<String>> doubtful,
        Set<String> left) {

    /** Every name is the model's own. */
    public static final Names OWN = new Names(List.of(), Map.of(), Set.of(), List.of(), Map.of(), Set.of());

    public Names {
        namings = List.copyOf(namings);
        renamed = Map.copyOf(renamed);
        replaced = Set.copyOf(replaced);
        shared = List.copyOf(shared);
        doubtful = Map.copyOf(doubtful);
        left = Set.copyOf(left);
    }

    /** Whether a claim's weight was taken for one of the file's by shape and place only. */
    public boolean isGuess(String claim) {
        List<String> doubts = doubtful.getOrDefault(claim, List.of());
        return namings.stream().anyMatch(each -> each.given().equals(claim) && doubts.contains(each.file()));
    }

    /**
     * Claims of a weight that stands in the file more than once: each may be meant as the gradient of the one stand that it
     * names, or as that of a weight that is used at all of them.
     *
     * @param given the claims' names
     * @param others the file's names of stands that nobody claims
     * @param alone whether each is read as that of its own stand
     * @param made whether an exporter made one from the other, so that they are hardly two weights
     */
    public record Shared(List<String> given, List<String> others, boolean alone, boolean made) {

        public Shared {
            given = List.copyOf(given);
            others = List.copyOf(others);
        }

        /** Whether each stand has a claim of its own, as weights have that only are equal. */
        public boolean isToldApart() {
            return alone && others.isEmpty();
        }

        /** One plain sentence for the report. */
        public String words() {
            String all = String.join(" and ", given);
            if (given.size() > 1 && !alone) {
                return "%s are held against one gradient, the sum over all uses: they are names of one weight."
                        .formatted(all);
            }
            return alone
                    ? "%s is held against the gradient of this one weight; the file holds it once for %s too, which were equal."
                            .formatted(all, String.join(", ", others))
                    : "%s is held against the sum over its uses as %s, which the file holds once."
                            .formatted(all, String.join(", ", others));
        }
    }

    /** The program's name of a given parameter; null where its value went into the file's, or is left over. */
    @Nullable
    String inProgram(String parameter) {
        return replaced.contains(parameter) || left.contains(parameter)
                ? null
                : renamed.getOrDefault(parameter, parameter);
    }
}
