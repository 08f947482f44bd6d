package dev.plumbline.jobs;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.observation.transport.SenderContext;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Carries the trace of a request over to the runs of its job, whenever and wherever those are: kept with the job is a span
 * of the request, as the header that says so (W3C Trace Context). What a job's work observes is below its run's span.
 */
@Component
class JobTraces {

    private static final String HEADER = "traceparent";

    /** One of version 00 has 55 characters; what is longer is left out. */
    private static final int LONGEST = 64;

    private final ObservationRegistry registry;

    JobTraces(ObservationRegistry registry) {
        this.registry = registry;
    }

    /** The span that a job's runs are to be below, itself below what is observed on this thread; null where nobody traces. */
    @Nullable
    String begin(String kind, String job) {
        Map<String, String> headers = new HashMap<>();
        SenderContext<Map<String, String>> context = new SenderContext<>(
                (carrier, name, value) -> {
                    if (carrier != null) {
                        carrier.put(name, value);
                    }
                },
                Kind.PRODUCER);
        context.setCarrier(headers);
        Observation.createNotStarted("plumbline.job.submit", () -> context, registry)
                .contextualName("job submitted")
                .lowCardinalityKeyValue("kind", kind)
                .highCardinalityKeyValue("job", job)
                .observe(() -> {});
        String header = headers.get(HEADER);
        return header == null || header.length() > LONGEST ? null : header;
    }

    /** Does something for a job, as a span of its request's trace, or of one of its own where it came with none. */
    <T> T during(String what, JobRuns.Lease lease, Supplier<T> work) {
        ReceiverContext<Map<String, String>> context = new ReceiverContext<>(Map::get, Kind.CONSUMER);
        context.setCarrier(lease.traceparent() == null ? Map.of() : Map.of(HEADER, lease.traceparent()));
        return Observation.createNotStarted("plumbline.job." + what, () -> context, registry)
                .contextualName("job " + what + ": " + lease.kind())
                .lowCardinalityKeyValue("kind", lease.kind())
                .highCardinalityKeyValue("job", lease.id())
                .observe(work);
    }
}
