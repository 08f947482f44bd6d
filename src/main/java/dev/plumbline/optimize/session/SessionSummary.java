package dev.plumbline.optimize.session;

import dev.plumbline.compute.optimizer.Kind;
import java.time.Instant;

/**
 * A session in the list of all.
 *
 * @param step steps taken since the beginning, or since the last reset
 * @param bytes of its parameters and moments together, as they are kept
 * @param expiresAt unless it is used before
 */
public record SessionSummary(String id, long step, Kind optimizer, long bytes, Instant createdAt, Instant expiresAt) {}
