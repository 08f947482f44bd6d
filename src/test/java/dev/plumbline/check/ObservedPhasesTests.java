package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.difference.Progress.Phase;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObservedPhasesTests {

    private final List<String> heard = new ArrayList<>();
    private final ObservationRegistry registry = ObservationRegistry.create();

    private void listen() {
        registry.observationConfig().observationHandler(new ObservationHandler<Observation.Context>() {
            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }

            @Override
            public void onStart(Observation.Context context) {
                heard.add("begin " + context.getContextualName());
            }

            @Override
            public void onStop(Observation.Context context) {
                var parent = context.getParentObservation();
                heard.add("end " + context.getContextualName() + " of "
                        + (parent == null ? "nothing" : parent.getContextView().getName()));
            }
        });
    }

    @Test
    void aPhaseEndsWhereTheNextOneBegins() {
        listen();
        Observation request = Observation.start("request", registry);
        try (Observation.Scope scope = request.openScope();
                ObservedPhases phases = new ObservedPhases(registry)) {
            phases.at(Phase.REFERENCE);
            phases.at(Phase.REFERENCE);
            phases.at(Phase.SECOND_OPINION);
        }
        assertThat(heard)
                .containsExactly(
                        "begin null",
                        "begin check: reference",
                        "end check: reference of request",
                        "begin check: second opinion",
                        "end check: second opinion of request");
    }

    /** A thread that is still at work when a check is given up begins nothing that nobody ends. */
    @Test
    void nothingBeginsAfterTheEnd() {
        listen();
        ObservedPhases phases = new ObservedPhases(registry);
        phases.at(Phase.REFERENCE);
        phases.close();
        phases.at(Phase.CERTIFICATE);
        assertThat(heard).containsExactly("begin check: reference", "end check: reference of nothing");
    }
}
