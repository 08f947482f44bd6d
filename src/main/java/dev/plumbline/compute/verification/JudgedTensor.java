package dev.plumbline.compute.verification;

import dev.plumbline.compute.difference.NumericTensor;
import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.tensor.Datatype;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The claim for one parameter, judged.
 *
 * @param comparison claim, what it was held against, and the allowance, entry by entry
 * @param counts how many entries have which verdict
 * @param entries those shown: the worst verdict first
 * @param differenced the numeric derivatives by every entry, or null
 */
public record JudgedTensor(
        String name,
        Datatype datatype,
        Verdict verdict,
        Comparison comparison,
        Map<Verdict, Long> counts,
        List<JudgedEntry> entries,
        @Nullable NumericTensor differenced) {}
