package dev.plumbline.compute.program;

/**
 * What an element of a bending operation's result may be: {@code factor} times an element of an input. ReLU is the larger
 * of 0 and 1 times x, the absolute value of -1 and 1 times x, a maximum the largest of its inputs' elements.
 *
 * @param input which of the operation's inputs
 * @param position in it, row-major
 */
public record Candidate(int input, int position, double factor) {}
