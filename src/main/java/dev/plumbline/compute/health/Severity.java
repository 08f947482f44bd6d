package dev.plumbline.compute.health;

/** How much a finding matters. */
public enum Severity {
    /** Training may still go well. */
    WARNING,
    /** Training does not go well from here. */
    UNHEALTHY
}
