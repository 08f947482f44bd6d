package dev.plumbline.webhook;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Carries what waits: some at the same time, one of each owner, each a bounded number of times with pauses that grow, then never again. An
 * answer of 2xx is a receipt; everything else, a redirect too, is none.
 */
@Component
class Courier implements DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(Courier.class);
    private static final int HANDS = 4;
    private static final int POLL_MILLISECONDS = 500;

    private final WebhookTerms terms;
    private final DeliveryStore store;
    private final Post post;
    private final ExecutorService hands;
    private final Semaphore free = new Semaphore(HANDS);
    private final Semaphore news = new Semaphore(0);
    private final Set<String> served = ConcurrentHashMap.newKeySet();
    private volatile boolean over;

    Courier(WebhookTerms terms, DeliveryStore store) {
        this.terms = terms;
        this.store = store;
        this.post = new Post(terms, new Addresses(terms, InetAddress::getAllByName));
        this.hands = Executors.newFixedThreadPool(HANDS, work -> daemon(work, "webhook"));
    }

    private static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    @EventListener(ApplicationReadyEvent.class)
    void begin() {
        if (terms.enabled()) {
            daemon(this::run, "webhooks").start();
        }
    }

    private void run() {
        try {
            while (!over) {
                round();
                if (news.tryAcquire(POLL_MILLISECONDS, TimeUnit.MILLISECONDS)) {
                    news.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void round() throws InterruptedException {
        try {
            for (Delivery delivery : store.due(System.currentTimeMillis(), 2 * HANDS)) {
                if (served.contains(delivery.owner())) {
                    continue;
                }
                if (!free.tryAcquire(POLL_MILLISECONDS, TimeUnit.MILLISECONDS)) {
                    return;
                }
                served.add(delivery.owner());
                hands.execute(() -> {
                    try {
                        carry(delivery);
                    } catch (RuntimeException fault) {
                        log.warn("{} broke off", delivery, fault);
                    } finally {
                        served.remove(delivery.owner());
                        free.release();
                        news.release();
                    }
                });
            }
        } catch (RuntimeException fault) {
            log.warn("Webhooks wait: the database does not answer", fault);
        }
    }

    /** Whoever dies in the middle has counted his attempt: the next one is due when this one could last no longer. */
    void carry(Delivery delivery) {
        int attempt = delivery.attempts() + 1;
        if (!store.claim(delivery, System.currentTimeMillis() + 2L * terms.timeout() + terms.pauseAfter(attempt))) {
            return;
        }
        if (attempt > terms.attempts()) { // the last one died in the middle
            giveUp(delivery);
            return;
        }
        try {
            post.send(delivery);
            store.delete(delivery.id());
        } catch (IOException refusal) {
            log.info("{}, attempt {}: {}", delivery, attempt, refusal.getMessage());
            if (attempt == terms.attempts()) {
                giveUp(delivery);
            } else {
                store.putOff(delivery.id(), System.currentTimeMillis() + terms.pauseAfter(attempt));
            }
        }
    }

    private void giveUp(Delivery delivery) {
        store.delete(delivery.id());
        log.warn("{} is given up after {} attempts", delivery, terms.attempts());
    }

    @Override
    public void destroy() {
        over = true;
        news.release();
        hands.shutdownNow();
    }
}
