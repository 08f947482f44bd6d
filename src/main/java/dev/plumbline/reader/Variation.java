package dev.plumbline.reader;

/**
 * A model that differs from the one that was read in one thing that modes and exporters change: what the pipeline may have
 * computed instead.
 *
 * @param words what would make the file that model, and what to do
 */
public record Variation(String words, Model model) {}
