package dev.plumbline.blackbox;

import dev.plumbline.compute.probe.session.Ask;
import dev.plumbline.compute.probe.session.Box;
import dev.plumbline.compute.probe.session.Direction;
import dev.plumbline.compute.probe.session.Step.Question;
import dev.plumbline.compute.probe.session.TensorSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a session stands: it asks, or it reports.
 *
 * @param round to be answered next
 * @param stage what is being looked for
 * @param sets of tensors that this round names for the first time, by their places; {@code all} is every one
 * @param remaining evaluations of the budget
 */
public record ProbeReply(
        String id,
        @Nullable Integer round,
        @Nullable String stage,
        @Nullable Map<String, List<Integer>> sets,
        @Nullable List<ProbeAsk> asks,
        @Nullable Integer remaining,
        @Nullable ProbeReport report) {

    /**
     * One thing to be done: values at {@code x + t d} for every offset t, with {@code a . d}; without a direction at x
     * itself; or claimed entries, which nothing is evaluated for.
     *
     * @param claims by the tensor's place, the indices of the entries
     */
    public record ProbeAsk(
            int ask,
            @Nullable ProbeDirection direction,
            @Nullable List<Double> offsets,
            @Nullable Map<String, List<List<Integer>>> claims) {

        static ProbeAsk of(int number, Ask ask) {
            if (ask instanceof Ask.Repeats repeats) {
                return new ProbeAsk(number, null, Collections.nCopies(repeats.count(), 0.0), null);
            } else if (ask instanceof Ask.Along along) {
                return new ProbeAsk(number, ProbeDirection.of(along.direction()), along.offsets(), null);
            }
            Ask.Claims claims = (Ask.Claims) ask;
            return new ProbeAsk(number, null, null, Map.of("" + claims.tensor(), claims.positions()));
        }
    }

    /**
     * A direction: {@code d = scale x size x weight(seed, name, flat position)} for gaussian; {@code scale x size^2 x a}
     * over the norm of {@code size x a} for claim; {@code scale x size} at one position for entry; the caller's own for given.
     *
     * @param set the tensors that move
     * @param where by the tensor's place, one range an axis: the part that moves; absent where all of the set does
     */
    public record ProbeDirection(
            String kind, long seed, String set, @Nullable Map<String, List<List<Integer>>> where, double scale) {

        static ProbeDirection of(Direction direction) {
            Box where = direction.where();
            return new ProbeDirection(
                    direction.kind().name().toLowerCase(Locale.ROOT),
                    direction.seed(),
                    direction.set().name(),
                    where == null ? null : Map.of("" + where.tensor(), spans(where)),
                    direction.scale());
        }

        private static List<List<Integer>> spans(Box box) {
            return box.spans().stream()
                    .map(span -> List.of(span.from(), span.to()))
                    .toList();
        }
    }

    static ProbeReply of(String id, Question question) {
        Map<String, List<Integer>> sets = new LinkedHashMap<>();
        for (TensorSet set : question.sets()) {
            sets.put(set.name(), set.tensors());
        }
        List<ProbeAsk> asks = new ArrayList<>();
        for (int i = 0; i < question.asks().size(); i++) {
            asks.add(ProbeAsk.of(question.firstAsk() + i, question.asks().get(i)));
        }
        String stage = question.stage().name().toLowerCase(Locale.ROOT);
        return new ProbeReply(id, question.round(), stage, sets, asks, question.remaining(), null);
    }
}
