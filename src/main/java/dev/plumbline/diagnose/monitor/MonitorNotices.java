package dev.plumbline.diagnose.monitor;

import dev.plumbline.compute.health.course.RunFinding;
import dev.plumbline.compute.health.course.Watch;
import dev.plumbline.webhook.Notice;
import dev.plumbline.webhook.Webhooks;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Tells a monitor's webhook of findings that open and that close, shortly. */
@Component
class MonitorNotices {

    private static final int NAMED = 10;
    private static final int LONGEST = 1000;

    private final Webhooks webhooks;

    MonitorNotices(Webhooks webhooks) {
        this.webhooks = webhooks;
    }

    void tell(String owner, Monitor monitor, Watch watch) {
        if (monitor.webhook() == null) {
            return;
        }
        watch.arisen().forEach(finding -> tell(owner, monitor, "finding.opened", finding, finding.step()));
        for (List<RunFinding> findings : List.of(watch.changed(), watch.arisen())) {
            findings.stream()
                    .filter(finding -> !finding.open())
                    .forEach(finding -> tell(
                            owner,
                            monitor,
                            "finding.closed",
                            finding,
                            monitor.state().step()));
        }
    }

    private void tell(String owner, Monitor monitor, String kind, RunFinding finding, long step) {
        String path = MonitorController.PATH + "/" + monitor.id();
        webhooks.tell(
                owner, monitor.webhook(), new Notice(kind, monitor.id(), path, shortly(finding), step, Instant.now()));
    }

    private static Map<String, Object> shortly(RunFinding finding) {
        Map<String, Object> words = new LinkedHashMap<>();
        words.put("number", finding.number());
        words.put("rule", finding.rule());
        words.put("symptom", finding.symptom());
        words.put("severity", finding.severity());
        words.put(
                "tensors",
                finding.tensors().subList(0, Math.min(NAMED, finding.tensors().size())));
        words.put("since", finding.since());
        words.put("last", finding.last());
        String cause = finding.cause();
        words.put("cause", cause.length() <= LONGEST ? cause : cause.substring(0, LONGEST) + "...");
        return words;
    }
}
