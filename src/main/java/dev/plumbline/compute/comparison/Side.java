package dev.plumbline.compute.comparison;

/** One of two dumps. */
public enum Side {
    A("a"),
    B("b");

    private final String wireName;

    Side(String wireName) {
        this.wireName = wireName;
    }

    /** The name in requests and reports. */
    public String wireName() {
        return wireName;
    }

    Side other() {
        return this == A ? B : A;
    }
}
