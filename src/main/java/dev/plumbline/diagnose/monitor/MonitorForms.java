package dev.plumbline.diagnose.monitor;

import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.course.RunFinding;
import dev.plumbline.report.page.HealthSections;
import dev.plumbline.report.page.JUnit;
import dev.plumbline.report.page.Markdown;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A monitor as JUnit's XML, a case for each rule, and as Markdown: what lasts, and not what has passed. */
final class MonitorForms {

    private MonitorForms() {}

    static byte[] junit(MonitorReport report) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("plumbline.id", report.id());
        properties.put("plumbline.verdict", report.verdict().name());
        properties.put("plumbline.summary", report.summary());
        String name = report.name() == null ? "monitor" : "monitor " + report.name();
        return new JUnit(name, 0, properties, HealthSections.cases(lasting(report), report.notEvaluated())).bytes();
    }

    static byte[] markdown(MonitorReport report) {
        Markdown page = new Markdown().verdict(report.verdict().name(), report.summary());
        HealthSections.findings(page, lasting(report));
        String step = report.step() == null ? "" : ", at step " + report.step();
        return page.paragraph("Plumbline, monitor " + report.id() + step).bytes();
    }

    private static List<HealthFinding> lasting(MonitorReport report) {
        return report.findings().stream()
                .filter(RunFinding::open)
                .map(RunFinding::finding)
                .toList();
    }
}
