package dev.plumbline.blackbox;

import dev.plumbline.blackbox.ProbeReport.ProbedTensorReport;
import dev.plumbline.compute.judgement.Verdict;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What a session has found, in short.
 *
 * @param verdict null while it asks
 * @param summary one plain sentence
 * @param worstTensor the first of those with the worst verdict; null where all are right, and while it asks
 * @param mistake what that looks like, in words; null where nothing is known of it
 */
record ProbeVerdict(
        String id,
        @Nullable Verdict verdict,
        String summary,
        @Nullable String worstTensor,
        @Nullable String mistake) {

    static ProbeVerdict of(ProbeReply reply) {
        ProbeReport report = reply.report();
        if (report == null) {
            return new ProbeVerdict(reply.id(), null, "The session has not reported yet.", null, null);
        }
        ProbedTensorReport worst = report.tensors().stream()
                .filter(tensor -> tensor.verdict() != Verdict.PASS)
                .max(Comparator.comparing(ProbedTensorReport::verdict))
                .orElse(null);
        return new ProbeVerdict(
                reply.id(),
                report.verdict(),
                report.summary(),
                worst == null ? null : worst.name(),
                worst == null || worst.mistake() == null
                        ? null
                        : worst.mistake().advice());
    }
}
