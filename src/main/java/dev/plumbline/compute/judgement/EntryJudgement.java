package dev.plumbline.compute.judgement;

import org.jspecify.annotations.Nullable;

/**
 * The verdict on one entry.
 *
 * @param blind why finite differences say nothing about it although one was taken, or null
 * @param sentence the reason in plain words, with the numbers
 */
public record EntryJudgement(
        Verdict verdict, Reason reason, @Nullable Blindness blind, String sentence) {}
