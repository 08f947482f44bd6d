package dev.plumbline.compute.explanation;

/**
 * An operation whose backward rule alone could have made every wrong tensor wrong.
 *
 * @param node what the user calls it
 * @param operation of which kind it is
 * @param wrongBefore wrong tensors among those that its result depends on
 * @param rightBefore right ones among them, its own parameters left out: they must be reached by other paths
 * @param rightAfter right ones among the others
 */
public record Suspect(String node, String operation, int wrongBefore, int rightBefore, int rightAfter) {}
