package dev.plumbline.compute.verification;

/** What a reader should know beside the verdict: a code for programs, a sentence for people. */
public record Caveat(String code, String detail) {}
