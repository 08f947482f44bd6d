package dev.plumbline.blackbox;

import dev.plumbline.compute.probe.session.Identity;
import dev.plumbline.compute.probe.session.ProbedTensor;
import dev.plumbline.compute.probe.session.Settings;
import dev.plumbline.compute.probe.session.Subject;
import dev.plumbline.compute.probe.session.Subject.Product;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A session to be opened: what the function's owner tells of its tensors, the claim and how it evaluates.
 *
 * @param tensors that may be moved, at most 10,000
 * @param claim what is claimed; the gradient, computed in FP64, where it is not said
 * @param evaluation how the function is evaluated; in FP64 and deterministically where it is not said
 * @param settings those of the session
 */
public record ProbeOpening(
        List<ProbeTensor> tensors,
        @Nullable ProbeClaim claim,
        @Nullable ProbeEvaluation evaluation,
        @Nullable ProbeSettings settings) {

    private static final int MOST_TENSORS = 10_000;

    private static final int MOST_IDENTITIES = 100;

    /** Two arithmetics of one function differ by less, relatively. */
    private static final double SAME = 1e-3;

    /**
     * A tensor.
     *
     * @param size root mean square of its values, which steps are in proportion to; above 0
     * @param contribution {@code ||a o size||}: how much the claim changes along a direction, as a standard deviation
     * @param claimedNoise what rounding may do to that; 0 where it is not said
     */
    public record ProbeTensor(
            String name,
            List<Integer> shape,
            @Nullable String datatype,
            double size,
            double contribution,
            @Nullable Double claimedNoise) {}

    /**
     * The claim.
     *
     * @param datatype it was computed in
     * @param kind gradient, vjp, jvp or hvp
     * @param unused the places of the tensors that the function does not read
     * @param identities products that are equal by a law, at most {@value #MOST_IDENTITIES}
     */
    public record ProbeClaim(
            @Nullable String datatype,
            @Nullable String kind,
            @Nullable List<Integer> unused,
            @Nullable List<ProbeIdentity> identities) {}

    /**
     * Two products of the claim that are equal by a law: of a Jacobian, {@code dot}: v . (J u) and (J' v) . u; of second
     * derivatives, {@code symmetry}: w . (H u) and u . (H w). They are judged by rounding, and take no evaluation.
     *
     * @param leftNorm of the terms that left is the sum of
     * @param spread by how much the products move where the numbers behind them move by an ulp; unknown where it is not said
     */
    public record ProbeIdentity(
            Identity.Law law,
            double left,
            double right,
            double leftNorm,
            double rightNorm,
            @Nullable Double spread) {}

    /**
     * The evaluation.
     *
     * @param datatype that the function computes in
     * @param deterministic whether equal arguments give equal values
     * @param sameFunction how far the function in this arithmetic is from the one that the claim is of, relatively
     */
    public record ProbeEvaluation(
            @Nullable String datatype,
            @Nullable Boolean deterministic,
            @Nullable Double sameFunction) {}

    /**
     * The session's settings.
     *
     * @param seed of all directions; 42 where it is not said
     * @param confidence of the limits; 0.95 where it is not said
     * @param budget of evaluations; 400 where it is not said
     * @param localise whether a wrong tensor is searched for its wrong entries; it is where nothing is said
     */
    public record ProbeSettings(
            @Nullable Long seed,
            @Nullable Double confidence,
            @Nullable Integer budget,
            @Nullable Boolean localise) {

        static final ProbeSettings USUAL = new ProbeSettings(null, null, null, null);
        private static final int LEAST = 60;
        private static final int MOST = 4000;

        Settings settings() {
            double sure = confidence == null ? 0.95 : confidence;
            int most = budget == null ? 400 : budget;
            if (!(sure >= 0.5 && sure <= 0.9999)) {
                throw Problem.invalid("/settings/confidence", "this is out of range", sure, "0.5 to 0.9999");
            }
            if (most < LEAST || most > MOST) {
                throw Problem.invalid(
                        "/settings/budget",
                        "a budget that shows something and ends",
                        most,
                        LEAST + " to " + MOST + " evaluations");
            }
            return new Settings(seed == null ? 42 : seed, sure, most, localise == null || localise);
        }
    }

    /** How far the function that is evaluated is from the one that was differentiated, where that is too far; else NaN. */
    double otherFunction() {
        Double off = evaluation == null ? null : evaluation.sameFunction();
        return off != null && !(Math.abs(off) <= SAME) ? Math.abs(off) : Double.NaN;
    }

    Settings resolved() {
        return (settings == null ? ProbeSettings.USUAL : settings).settings();
    }

    /** The identities of the claim, every number checked. */
    List<Identity> identities() {
        List<ProbeIdentity> given = claim == null || claim.identities() == null ? List.of() : claim.identities();
        if (given.size() > MOST_IDENTITIES) {
            throw Problem.limit(
                    "/claim/identities", "too many identities", given.size() + "", "at most " + MOST_IDENTITIES);
        }
        Datatype datatype = datatype("/claim/datatype", claim == null ? null : claim.datatype());
        List<Identity> identities = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            ProbeIdentity one = given.get(i);
            String at = "/claim/identities/" + i;
            double spread = one.spread() == null ? Double.NaN : one.spread();
            requireNorm(at + "/leftNorm", one.leftNorm());
            requireNorm(at + "/rightNorm", one.rightNorm());
            requireNorm(at + "/spread", one.spread() == null ? 0 : spread);
            identities.add(new Identity(
                    one.law(), one.left(), one.right(), one.leftNorm(), one.rightNorm(), spread, datatype));
        }
        return identities;
    }

    private static void requireNorm(String pointer, double norm) {
        if (!(norm >= 0)) {
            throw Problem.invalid(pointer, "a norm is not negative", norm, "0 or more");
        }
    }

    /** What the session is about, every number checked. */
    Subject subject() {
        if (tensors.isEmpty() || tensors.size() > MOST_TENSORS) {
            throw Problem.invalid(
                    "/tensors", "how many tensors there are", tensors.size(), "1 to " + MOST_TENSORS + " tensors");
        }
        Set<Integer> unused = unused();
        Set<String> names = new HashSet<>();
        List<ProbedTensor> probed = new ArrayList<>();
        for (int i = 0; i < tensors.size(); i++) {
            if (!names.add(tensors.get(i).name())) {
                throw Problem.invalid(
                        "/tensors/" + i + "/name",
                        "two tensors have one name",
                        tensors.get(i).name(),
                        "each name once");
            }
            probed.add(probed(i, unused.contains(i)));
        }
        return new Subject(
                probed,
                kind(),
                datatype("/claim/datatype", claim == null ? null : claim.datatype()),
                datatype("/evaluation/datatype", evaluation == null ? null : evaluation.datatype()),
                evaluation == null || !Boolean.FALSE.equals(evaluation.deterministic()));
    }

    private Product kind() {
        String kind = claim == null || claim.kind() == null ? "gradient" : claim.kind();
        return switch (kind) {
            case "gradient" -> Product.GRADIENT;
            case "vjp" -> Product.VJP;
            case "jvp" -> Product.JVP;
            case "hvp" -> Product.HVP;
            default ->
                throw Problem.invalid(
                        "/claim/kind", "this kind of claim is not known", kind, "gradient, vjp, jvp or hvp");
        };
    }

    private Set<Integer> unused() {
        List<Integer> unused = claim == null || claim.unused() == null ? List.of() : claim.unused();
        for (int i = 0; i < unused.size(); i++) {
            Integer place = unused.get(i);
            if (place == null || place < 0 || place >= tensors.size()) {
                throw Problem.invalid(
                        "/claim/unused/" + i, "there is no such tensor", place, "0 to " + (tensors.size() - 1));
            }
        }
        return Set.copyOf(unused);
    }

    private ProbedTensor probed(int i, boolean unused) {
        ProbeTensor tensor = tensors.get(i);
        String at = "/tensors/" + i;
        if (!(tensor.size() > 0 && Double.isFinite(tensor.size()))) {
            throw Problem.invalid(
                    at + "/size",
                    "a tensor of this size would never move",
                    tensor.size(),
                    "the root mean square of its values; of zeros, that of the other tensors");
        }
        double noise = tensor.claimedNoise() == null ? 0 : tensor.claimedNoise();
        boolean isFinite = Double.isFinite(tensor.contribution()); // that of a claim which is not is no number either
        if (tensor.contribution() < 0 || (isFinite && !(noise >= 0))) {
            boolean isNoise = !(tensor.contribution() < 0);
            throw Problem.invalid(
                    at + (isNoise ? "/claimedNoise" : "/contribution"),
                    "a norm is not negative",
                    isNoise ? noise : tensor.contribution(),
                    "0 or more");
        }
        return new ProbedTensor(
                tensor.name(),
                shape(at + "/shape", tensor.shape()),
                datatype(at + "/datatype", tensor.datatype()),
                tensor.size(),
                tensor.contribution(),
                isFinite ? noise : 0,
                unused);
    }

    private static Shape shape(String pointer, List<Integer> extents) {
        long entries = 1;
        for (Integer extent : extents) {
            if (extent == null || extent < 1 || extents.size() > 32) {
                throw Problem.invalid(pointer, "no shape of something that moves", extents, "extents of at least 1");
            }
            entries = Math.min(entries * extent, Long.MAX_VALUE / Integer.MAX_VALUE);
        }
        if (entries > Integer.MAX_VALUE) {
            throw Problem.limit(
                    pointer, "the tensor is too large", extents, "at most 2^31 - 1 entries; send it in parts");
        }
        return Shape.of(extents.stream().mapToInt(Integer::intValue).toArray());
    }

    private static Datatype datatype(String pointer, @Nullable String name) {
        if (name == null) {
            return Datatype.FP64;
        }
        for (Datatype datatype : List.of(Datatype.FP64, Datatype.FP32, Datatype.FP16, Datatype.BF16)) {
            if (datatype.name().equals(name)) {
                return datatype;
            }
        }
        throw Problem.invalid(pointer, "the datatype is not known", name, "FP64, FP32, FP16 or BF16");
    }
}
