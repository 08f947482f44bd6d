package dev.plumbline.blackbox;

import dev.plumbline.compute.probe.session.Ask;
import dev.plumbline.compute.probe.session.Step.Question;
import dev.plumbline.compute.probe.session.Told;
import dev.plumbline.problem.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The answers to the asks of one round, in any order, each once. */
public record ProbeAnswers(int round, List<ProbeAnswer> answers) {

    /**
     * The answer to one ask.
     *
     * @param ask its number
     * @param values of the function, one an offset
     * @param offsets those really taken, where rounding moved them; as asked where they are not said
     * @param claimed {@code a . d} along the direction
     * @param contribution {@code ||a o d||}
     * @param claimedNoise what rounding may do to {@code claimed}
     * @param claims the claimed entries that were asked for
     * @param error what the function raised, in place of values
     */
    public record ProbeAnswer(
            int ask,
            @Nullable List<Double> values,
            @Nullable List<Double> offsets,
            @Nullable Double claimed,
            @Nullable Double contribution,
            @Nullable Double claimedNoise,
            @Nullable List<Double> claims,
            @Nullable String error) {

        private static final int LONGEST_ERROR = 2000;

        /** As the session is told it, held against what was asked. */
        Told told(String at, Ask asked) {
            if (error != null) {
                return failed(asked);
            }
            if (asked instanceof Ask.Claims claimsAsked) {
                List<Double> given =
                        required(at + "/claims", claims, claimsAsked.positions().size());
                return new Told(List.of(), List.of(), Double.NaN, Double.NaN, Double.NaN, given, null);
            }
            List<Double> given = required(at + "/values", values, asked.evaluations());
            if (!(asked instanceof Ask.Along along)) {
                return new Told(given, List.of(), Double.NaN, Double.NaN, Double.NaN, List.of(), null);
            }
            if (claimed == null) {
                throw Problem.invalid(at + "/claimed", "the claim along the direction is missing", null, "a . d");
            }
            return new Told(
                    given, taken(at, along), claimed, orNaN(contribution), orNaN(claimedNoise), List.of(), null);
        }

        private Told failed(Ask asked) {
            String words = error == null || error.length() <= LONGEST_ERROR ? error : error.substring(0, LONGEST_ERROR);
            List<Double> offsets = asked instanceof Ask.Along along ? along.offsets() : List.of();
            int claimsAsked =
                    asked instanceof Ask.Claims wanted ? wanted.positions().size() : 0;
            return new Told(
                    Collections.nCopies(asked.evaluations(), Double.NaN),
                    offsets,
                    claimed == null ? Double.NaN : claimed,
                    orNaN(contribution),
                    orNaN(claimedNoise),
                    Collections.nCopies(claimsAsked, Double.NaN),
                    words);
        }

        /** A step that was rounded is still one to its own side, and no other one. */
        private List<Double> taken(String at, Ask.Along along) {
            if (offsets == null) {
                return along.offsets();
            }
            required(at + "/offsets", offsets, along.offsets().size());
            for (int i = 0; i < offsets.size(); i++) {
                double asked = along.offsets().get(i);
                if (!(Math.abs(offsets.get(i) - asked) <= Math.abs(asked) / 2)) {
                    throw Problem.invalid(
                            at + "/offsets/" + i, "this is another step than was asked for", offsets.get(i), asked);
                }
            }
            return offsets;
        }

        private static double orNaN(@Nullable Double value) {
            return value == null ? Double.NaN : value;
        }

        private static List<Double> required(String at, @Nullable List<Double> given, int count) {
            if (given == null || given.size() != count || given.contains(null)) {
                throw Problem.invalid(
                        at,
                        "each ask is answered whole",
                        given == null ? null : given.size() + " numbers",
                        count + " numbers; NaN and Infinity as strings, or an error");
            }
            return given;
        }
    }

    /** What the session is told, in the order of its asks. */
    List<Told> told(Question question) {
        Map<Integer, Integer> places = new HashMap<>();
        for (int i = 0; i < answers.size(); i++) {
            int ask = answers.get(i).ask();
            if (ask < question.firstAsk()
                    || ask >= question.firstAsk() + question.asks().size()) {
                throw Problem.invalid(
                        "/answers/" + i + "/ask", "this was not asked in this round", ask, asks(question));
            }
            if (places.put(ask, i) != null) {
                throw Problem.invalid("/answers/" + i + "/ask", "this is answered twice", ask, "each ask once");
            }
        }
        List<Told> told = new ArrayList<>();
        for (int k = 0; k < question.asks().size(); k++) {
            Integer place = places.get(question.firstAsk() + k);
            if (place == null) {
                throw Problem.invalid(
                        "/answers",
                        "an ask is not answered",
                        "no answer to ask " + (question.firstAsk() + k),
                        asks(question));
            }
            told.add(
                    answers.get(place).told("/answers/" + place, question.asks().get(k)));
        }
        return told;
    }

    private static String asks(Question question) {
        return "asks " + question.firstAsk() + " to "
                + (question.firstAsk() + question.asks().size() - 1);
    }
}
