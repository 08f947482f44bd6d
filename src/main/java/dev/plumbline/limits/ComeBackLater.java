package dev.plumbline.limits;

/** A request that is fine and comes at a wrong time: there is no place for it at the moment. */
public final class ComeBackLater extends RuntimeException {

    private final long seconds;

    /** @param seconds after which there should be one */
    public ComeBackLater(String detail, long seconds) {
        super(detail);
        this.seconds = Math.max(1, seconds);
    }

    public long seconds() {
        return seconds;
    }
}
