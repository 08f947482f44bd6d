package dev.plumbline.report.figure;

/**
 * A picture, and what it says to those who do not see it.
 *
 * @param title in a few words
 * @param description what is to be seen, in one or two sentences
 * @param svg the picture itself, safe as it stands
 * @param numbers behind it
 */
public record Figure(String title, String description, String svg, Table numbers) {}
