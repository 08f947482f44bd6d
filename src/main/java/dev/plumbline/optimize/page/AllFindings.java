package dev.plumbline.optimize.page;

import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.optimize.TrainingRunReport.Health;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Of the run as a whole, then of its start and its end. */
final class AllFindings {

    private AllFindings() {}

    static List<HealthFinding> of(Health health) {
        return Stream.concat(
                        health.findings().stream(),
                        Stream.of(health.start(), health.end())
                                .filter(Objects::nonNull)
                                .flatMap(point -> point.findings().stream()))
                .distinct()
                .toList();
    }
}
