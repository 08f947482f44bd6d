package dev.plumbline.blackbox;

import dev.plumbline.compute.judgement.Verdict;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A session in the list of all.
 *
 * @param rounds that have been answered
 * @param verdict null while it asks
 */
public record ProbeSummary(String id, int rounds, @Nullable Verdict verdict, Instant createdAt, Instant expiresAt) {}
