package dev.plumbline.jobs;

import dev.plumbline.jobs.JobRuns.Lease;
import dev.plumbline.limits.Presence;
import jakarta.annotation.PreDestroy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Does shards of jobs that other processes lead, while no job waits: reads the request anew, takes up what is free, keeps what
 * comes of it, and leaves the rest to whoever leads. The process that leads gains nothing by it: it uses all cores already.
 */
@Component
class Volunteer {

    private static final Logger log = LoggerFactory.getLogger(Volunteer.class);

    /** In milliseconds: a job that is over is left within a second. */
    private static final long BETWEEN_LOOKS = 250;

    private final JobStore store;
    private final JobRuns leases;
    private final ShardStore shards;
    private final JobTerms terms;
    private final Map<String, Work> works;
    private final JobTraces traces;
    private final Set<Stay> stays = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "shard-clock");
        made.setDaemon(true);
        return made;
    });

    Volunteer(JobStore store, JobRuns leases, ShardStore shards, JobTerms terms, List<Work> works, JobTraces traces) {
        this.store = store;
        this.leases = leases;
        this.shards = shards;
        this.terms = terms;
        this.works = works.stream().collect(Collectors.toMap(Work::kind, Function.identity()));
        this.traces = traces;
        clock.scheduleWithFixedDelay(
                () -> stays.forEach(this::look), BETWEEN_LOOKS, BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
    }

    /** At one job. */
    private record Stay(String job, Presence caller) {}

    /** Follows a call, whose name is the holder of what is taken up; whether it may be worth while to come again. */
    boolean follow(String call, String node) {
        String job = Calls.job(call);
        if (!leases.goesOn(job)) {
            return false;
        }
        Optional<Lease> lead = leases.ledElsewhere(job, node);
        if (lead.isPresent() && !stopping && !leases.othersWait() && shards.hasFree(job)) {
            traces.during("help", lead.get(), () -> {
                help(lead.get(), call);
                return true;
            });
        }
        return true;
    }

    private void help(Lease lead, String call) {
        Stay stay = new Stay(lead.id(), new Presence(() -> {}, Worker.PATIENCE));
        stays.add(stay);
        stay.caller().begin();
        try {
            Work work = works.get(lead.kind());
            if (work != null) {
                Work.Task task = Presence.estimating(() -> work.prepare(lead.owner(), store.inputs(lead.id())));
                task.help(new ShardCrew(
                        shards,
                        lead,
                        new ShardCrew.Member(call, stay.caller(), false, () -> stopping, events(stay)),
                        terms));
            }
        } catch (Presence.CallerGone left) {
            log.debug("Nothing to do any more for {}", call);
        } catch (RuntimeException | Error fault) {
            log.warn("{} was not followed to its end", call, fault);
        } finally {
            Presence.end();
            stays.remove(stay);
        }
    }

    private ShardCrew.Events events(Stay stay) {
        return new ShardCrew.Events() {
            @Override
            public boolean begins(long open) {
                return true;
            }

            @Override
            public void resumed() {}

            @Override
            public void kept() {
                if (leases.othersWait()) {
                    stay.caller().leave();
                    stay.caller().check();
                }
            }
        };
    }

    private void look(Stay stay) {
        try {
            if (!leases.goesOn(stay.job())) {
                stay.caller().leave();
            }
        } catch (RuntimeException away) {
            log.debug("Whether job {} goes on cannot be seen", stay.job(), away);
        }
    }

    /** At how many jobs it is just now. */
    int running() {
        return stays.size();
    }

    /** Its machine is not heard of: what it has taken up is free again. */
    void lost(String call) {
        shards.release(Calls.job(call), call);
    }

    void begin() {
        stopping = false;
    }

    /** Before the service ends. */
    void leaveAll() {
        stopping = true;
        stays.forEach(stay -> stay.caller().leave());
    }

    @PreDestroy
    void close() {
        clock.shutdownNow();
    }
}
