package dev.plumbline.webhook;

/**
 * Who is told.
 *
 * @param waiting deliveries that nobody has taken yet
 */
public record Told(String url, long waiting) {}
