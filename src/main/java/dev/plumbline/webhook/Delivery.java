package dev.plumbline.webhook;

/**
 * A notice on its way.
 *
 * @param id the same at each attempt, so that repeats are told apart from news
 * @param attempts made so far
 * @param due milliseconds since 1970
 */
record Delivery(String id, String owner, Webhook to, String body, int attempts, long due) {

    /** Without body and secret. */
    @Override
    public String toString() {
        return "delivery " + id + " to " + to.address().getHost();
    }
}
