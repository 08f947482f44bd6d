package dev.plumbline.compute.verification;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * The search for pieces so thin that the directions tried so far miss them, before an entry that reaches an edge is refuted
 * for deviating from a derivative that it only seems to have.
 *
 * <p>Directions: along the deviation, beside corners where many pieces meet (entries of -1, 0 and 1), and at random over some
 * magnitudes. Bad: in many entries few of them can be tried.
 */
final class ThinPieces {

    /** Up to so many entries that reach edges a thorough search is affordable. */
    private static final int FEW = 24;

    /** How far beside a corner a direction goes: within one of the pieces that meet there. */
    private static final double ASIDE = 0x1p-6;

    private static final int THOROUGH = 128;
    private static final int CURSORY = 8;

    private final Neighbourhood around;
    private final Differentiability found;
    private final SplittableRandom random;

    ThinPieces(Neighbourhood around, Differentiability found, long seed) {
        this.around = around;
        this.found = found;
        this.random = new SplittableRandom(seed);
    }

    private record Deviation(String name, int position, double claimed, double reference) {}

    /** Pieces that were found, and the entries that they show to bend. */
    record Found(List<Stretch> pieces, Map<String, BitSet> bends) {}

    /** Looks for pieces until all that claims deviate in is seen to bend, or long enough. */
    Found explaining(Claims claims, Map<String, Tensor> allowances) {
        Found result = new Found(new ArrayList<>(), new LinkedHashMap<>());
        Map<String, BitSet> reach = around.reach();
        List<Deviation> open = deviations(claims, allowances, reach);
        int count = reach.values().stream().mapToInt(BitSet::cardinality).sum();
        int rounds = count <= FEW ? THOROUGH : CURSORY;
        for (int round = 0; round < rounds && !open.isEmpty(); round++) {
            Stretch stretch = around.along(direction(open, reach, round));
            if (stretch.isPiece()) {
                result.pieces().add(stretch);
                open.stream().filter(entry -> bends(entry, stretch)).forEach(entry -> result.bends()
                        .computeIfAbsent(entry.name(), name -> new BitSet())
                        .set(entry.position()));
                open.removeIf(entry -> bends(entry, stretch));
            }
        }
        return result;
    }

    private List<Deviation> deviations(Claims claims, Map<String, Tensor> allowances, Map<String, BitSet> reach) {
        List<Deviation> deviations = new ArrayList<>();
        claims.tensors().forEach((name, claim) -> {
            Tensor reference = Objects.requireNonNull(found.gradient().get(name));
            Tensor allowance = Objects.requireNonNull(allowances.get(name));
            BitSet bent = Objects.requireNonNull(found.bent().get(name));
            reach.getOrDefault(name, new BitSet()).stream()
                    .filter(i -> claims.mask(name).judges(i) && !bent.get(i))
                    .filter(i -> Math.abs(claim.at(i) - reference.at(i)) > allowance.at(i))
                    .forEach(i -> deviations.add(new Deviation(name, i, claim.at(i), reference.at(i))));
        });
        return deviations;
    }

    private boolean bends(Deviation entry, Stretch piece) {
        double value =
                Objects.requireNonNull(piece.gradient().get(entry.name())).at(entry.position());
        double size = Math.max(Math.abs(value), Math.abs(entry.reference()));
        double rounding =
                2 * Objects.requireNonNull(around.roundings().get(entry.name())).at(entry.position());
        return Math.abs(value - entry.reference()) > Neighbourhood.ALIKE * size + rounding;
    }

    private Map<String, Tensor> direction(List<Deviation> open, Map<String, BitSet> reach, int round) {
        Map<String, double[]> direction = new LinkedHashMap<>();
        reach.forEach((name, positions) -> {
            double[] own = new double[around.objective().parameter(name).size()];
            double weight = around.directions().weights().getOrDefault(name, 1.0);
            positions.stream().forEach(i -> own[i] = weight * step(round));
            direction.put(name, own);
        });
        if (round % 4 == 0) {
            double largest = open.stream()
                    .mapToDouble(d -> Math.abs(d.claimed() - d.reference()))
                    .max()
                    .orElse(1);
            for (Deviation entry : open) {
                double weight = around.directions().weights().getOrDefault(entry.name(), 1.0);
                Objects.requireNonNull(direction.get(entry.name()))[entry.position()] +=
                        weight * (entry.claimed() - entry.reference()) / largest;
            }
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        direction.forEach((name, d) ->
                tensors.put(name, Tensor.of(around.objective().parameter(name).shape(), d)));
        return tensors;
    }

    private double step(int round) {
        return switch (round % 4) {
            case 0 -> 0.5 * random.nextGaussian();
            case 1, 2 -> random.nextInt(-1, 2) + ASIDE * random.nextGaussian();
            default -> random.nextGaussian() * Math.pow(4, -random.nextInt(4));
        };
    }
}
