package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.compute.difference.Crew;
import dev.plumbline.compute.difference.Progress.Phase;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.limits.Deadline;
import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A check tells how far it is, and can be given up between any two pieces of its work. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class ProgressTests {

    private static final Fixture NETWORK = new Fixture("tanh-mlp", "float64");

    private static final String LINE = """
            {"model": {"formula": "mean((x @ w - y)^2)"}, "parameters": {"w": [[1]]},
             "data": {"x": [[1], [2]], "y": %s}, "gradients": {"w": [[-3.0]]}}""";

    @Autowired
    private GradientCheckService service;

    @LocalServerPort
    private int port;

    private static GradientCheckRequest request(Coverage coverage) {
        return NETWORK.request(
                NETWORK.tensors("gradients.safetensors"), GradientCheckServiceTests.settings(coverage, 1));
    }

    @ParameterizedTest
    @EnumSource(
            value = Coverage.class,
            names = {"CERTIFIED", "EXHAUSTIVE", "SAMPLED", "DIRECTIONAL"})
    void tellsOfEveryPhaseInItsOrder(Coverage coverage) {
        List<Phase> phases = new ArrayList<>();

        GradientCheckReport report = service.check(request(coverage), progress -> {
            phases.add(progress.phase());
            assertThat(progress.done()).isBetween(0L, progress.total());
            assertThat(progress.seconds()).isGreaterThanOrEqualTo(0);
        });

        Set<Phase> expected = EnumSet.complementOf(EnumSet.of(Phase.SCHEME, Phase.EXHAUSTIVE, Phase.EXPLANATION));
        if (coverage == Coverage.EXHAUSTIVE) {
            expected.add(Phase.EXHAUSTIVE);
        }
        if (coverage == Coverage.DIRECTIONAL) {
            expected.remove(Phase.POWER);
        }
        assertThat(report.verdict()).isEqualTo(Verdict.PASS);
        assertThat(phases.stream().distinct())
                .containsExactlyElementsOf(expected)
                .isSorted();
    }

    @Test
    void isGivenUpInWhateverPhaseItIs() {
        for (Phase last : EnumSet.of(Phase.REFERENCE, Phase.CERTIFICATE, Phase.EVIDENCE, Phase.POWER)) {
            assertThatThrownBy(() -> service.check(request(Coverage.CERTIFIED), progress -> {
                        if (progress.phase() == last) {
                            throw new IllegalStateException("hung up in " + last);
                        }
                    }))
                    .hasMessage("hung up in " + last);
        }
    }

    @Test
    void refusesAsTooLongWhatTakesMoreThanItsTimeAndSaysHowFarItCame() {
        Limits limits = Limits.defaults();
        Limits hurried = new Limits(
                limits.bodyBytes(),
                limits.bulkBytes(),
                limits.bulkRequests(),
                limits.sessions(),
                limits.monitors(),
                limits.sessionHours(),
                limits.jsonDepth(),
                limits.tensors(),
                limits.rank(),
                limits.bytes(),
                0,
                limits.concurrency(),
                limits.queue(),
                limits.queueSeconds(),
                limits.modelBytes());

        assertThatThrownBy(
                        () -> new GradientCheckService(hurried, new RecentReports()).check(request(Coverage.CERTIFIED)))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.code()).isEqualTo(Problem.Code.COST);
                    assertThat(problem.got())
                            .isEqualTo("more than 0 s; reached: reference, 0 of 2, with 0 evaluations in it");
                });
    }

    @Test
    void looksAtTheClockBetweenDirections() {
        Watch watch = new Watch(
                Deadline.in(Duration.ZERO), progress -> {}, new ObservedPhases(ObservationRegistry.NOOP), Crew.HERE);

        assertThatThrownBy(() -> watch.at(Phase.CERTIFICATE, 5, 12, 1180))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.got())
                        .endsWith("reached: certificate, 5 of 12, with 1,180 evaluations in it"));
    }

    @Test
    void streamsItsProgressAndTheReportLast() {
        List<String> events = new Caller(port).events(Caller.CHECKS, LINE.formatted("[[2], [3]]"));

        assertThat(events.get(0)).startsWith("event: progress\ndata: {\"phase\":\"reference\",\"done\":0,\"total\":2,");
        assertThat(events.get(events.size() - 1))
                .startsWith("event: report\ndata: {")
                .contains("\"verdict\":\"PASS\"");
        assertThat(events).hasSizeGreaterThan(3);
    }

    @Test
    void answersWhatCannotBeCheckedAsEver() {
        assertThat(new Caller(port).events(Caller.CHECKS, LINE.formatted("[[2], [3], [4], [5]]")))
                .singleElement()
                .asString()
                .contains("\"status\":422");
    }
}
