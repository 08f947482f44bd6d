package dev.plumbline.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/** The bytes of a request's body, as they would be sent. */
record Collector(ByteArrayOutputStream bytes) implements Flow.Subscriber<ByteBuffer> {

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ByteBuffer buffer) {
        byte[] some = new byte[buffer.remaining()];
        buffer.get(some);
        bytes.writeBytes(some);
    }

    @Override
    public void onError(Throwable cause) {}

    @Override
    public void onComplete() {}
}
