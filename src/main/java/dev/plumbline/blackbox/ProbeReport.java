package dev.plumbline.blackbox;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.probe.session.Fault;
import dev.plumbline.compute.probe.session.Findings;
import dev.plumbline.compute.probe.session.Identity;
import dev.plumbline.compute.probe.session.ProbedTensor;
import dev.plumbline.compute.probe.session.Settings;
import dev.plumbline.compute.probe.session.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a session has found, as of a gradient check.
 *
 * @param coverage {@code directional}, or {@code localised} where wrong tensors were searched for what is wrong in them
 * @param limits by tensor, the smallest defects that would have been seen
 * @param identities products that are equal by a law, as they were sent
 */
public record ProbeReport(
        Verdict verdict,
        String summary,
        String coverage,
        ProbedObjective objective,
        List<ProbedTensorReport> tensors,
        List<ProbeLimit> limits,
        List<JudgedIdentity> identities,
        List<ProbeWarning> warnings,
        ProbeCost cost,
        Settings settings) {

    /**
     * The function at the point.
     *
     * @param noise the standard deviation of the jitter of its values
     * @param deterministic whether equal arguments gave equal values
     */
    public record ProbedObjective(double value, double noise, boolean deterministic) {}

    /**
     * A tensor, along the direction that says most of it.
     *
     * @param relativeError {@code |claimed - numeric| / |numeric|} of the derivative along that direction; NaN where none was taken
     * @param numeric the derivative along it, by differences
     * @param errorBound what that may be off by
     * @param alone whether the direction moves this tensor only
     */
    public record ProbedTensorReport(
            String name,
            List<Integer> shape,
            Verdict verdict,
            double relativeError,
            double claimed,
            double numeric,
            double errorBound,
            boolean alone,
            @Nullable ProbeMistake mistake,
            List<Findings.OfEntry> entries) {

        static ProbedTensorReport of(Subject subject, int i, Findings.OfTensor found) {
            ProbedTensor tensor = subject.tensors().get(i);
            Fault fault = found.fault();
            double off = Math.abs(found.claimed() - found.numeric());
            return new ProbedTensorReport(
                    tensor.name(),
                    IntStream.range(0, tensor.shape().rank())
                            .mapToObj(tensor.shape()::extent)
                            .toList(),
                    found.verdict(),
                    off == 0 ? 0 : off / Math.abs(found.numeric()),
                    found.claimed(),
                    found.numeric(),
                    found.bound(),
                    found.alone(),
                    fault == null ? null : ProbeMistake.of(fault, subject, i),
                    found.entries());
        }
    }

    /**
     * What would have been seen, relative to the tensor's own contribution; Infinity where nothing would.
     *
     * @param general in any direction
     * @param along along the claim itself: its scale, its sign, a missing part
     * @param floor what the noise of the function's values alone would hide
     */
    public record ProbeLimit(String tensor, double general, double along, double floor) {}

    /**
     * Two products that are equal by a law.
     *
     * @param bound what rounding may do to their difference
     */
    public record JudgedIdentity(
            Identity.Law law, double left, double right, double difference, double bound, Verdict verdict) {

        static JudgedIdentity of(Identity identity) {
            return new JudgedIdentity(
                    identity.law(),
                    identity.left(),
                    identity.right(),
                    identity.difference(),
                    identity.bound(),
                    identity.verdict());
        }
    }

    /** What a reader should know beside the verdict. */
    public record ProbeWarning(String code, String detail) {}

    /** The work of the session. */
    public record ProbeCost(int evaluations, int rounds, int directions) {}

    /**
     * What the mistake looks like.
     *
     * @param kind as of gradient checks; also {@code constant}: the function does not change with this tensor
     * @param factor of what is scaled
     * @param tensor whose gradient it is, where two are swapped
     * @param where the part that is wrong, as NumPy writes it
     * @param advice in words
     */
    public record ProbeMistake(
            String kind,
            @Nullable Double factor,
            @Nullable String tensor,
            @Nullable String where,
            String advice) {

        static ProbeMistake of(Fault fault, Subject subject, int tensor) {
            return ProbeWords.mistake(fault, subject, tensor);
        }
    }

    static ProbeReport of(ProbeOpening opening, Findings found) {
        Subject subject = opening.subject();
        List<ProbedTensorReport> tensors = IntStream.range(0, found.tensors().size())
                .mapToObj(i -> ProbedTensorReport.of(subject, i, found.tensors().get(i)))
                .toList();
        List<ProbeLimit> limits = IntStream.range(0, tensors.size())
                .mapToObj(
                        i -> limit(tensors.get(i).name(), found.tensors().get(i).limits()))
                .toList();
        List<JudgedIdentity> identities =
                opening.identities().stream().map(JudgedIdentity::of).toList();
        return new ProbeReport(
                identities.stream().map(JudgedIdentity::verdict).reduce(found.verdict(), Verdict::worse),
                ProbeWords.summary(found, tensors, identities),
                found.localised() ? "localised" : "directional",
                new ProbedObjective(
                        found.point().value(),
                        found.point().sigma(),
                        found.point().repeats()),
                tensors,
                limits,
                identities,
                warnings(opening, found),
                new ProbeCost(found.evaluations(), found.rounds(), found.directions()),
                opening.resolved());
    }

    private static List<ProbeWarning> warnings(ProbeOpening opening, Findings found) {
        List<ProbeWarning> warnings = new ArrayList<>();
        double off = opening.otherFunction();
        if (!Double.isNaN(off)) {
            warnings.add(new ProbeWarning(
                    "otherFunction",
                    "The function that was evaluated is %.2g away from the one that was differentiated, relatively: what is judged may be another one."
                            .formatted(off)));
        }
        found.caveats().forEach(caveat -> warnings.add(new ProbeWarning(caveat.code(), caveat.detail())));
        return warnings;
    }

    private static ProbeLimit limit(String name, Findings.Limits limits) {
        return new ProbeLimit(name, limits.general(), limits.along(), limits.floor());
    }
}
