package dev.plumbline.compute.verification;

import dev.plumbline.compute.judgement.EntryJudgement;
import dev.plumbline.compute.probe.Slope;

/**
 * One entry that the report shows.
 *
 * @param judgement the verdict, with claim, reference, allowance and reason
 * @param slope its finite difference; blind where none was taken
 */
public record JudgedEntry(int position, EntryJudgement judgement, Slope slope) {}
