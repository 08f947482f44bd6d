package dev.plumbline.check;

import dev.plumbline.problem.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** The last reports, in memory; the oldest goes when a new one needs its place. */
@Component
class RecentReports {

    static final int KEPT = 1_000;

    private final Map<String, GradientCheckReport> reports = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, GradientCheckReport> eldest) {
            return size() > KEPT;
        }
    };

    synchronized void keep(GradientCheckReport report) {
        reports.put(report.id(), report);
    }

    synchronized GradientCheckReport find(String id) {
        GradientCheckReport report = reports.get(id);
        if (report == null) {
            throw new Problem(
                    Problem.Code.NOT_FOUND,
                    "",
                    "there is no report of this id; the last " + KEPT + " are kept until the service stops",
                    id,
                    "the id of a recent report");
        }
        return report;
    }

    /** The newest first. */
    synchronized List<GradientCheckReport> all() {
        List<GradientCheckReport> all = new ArrayList<>(reports.values());
        Collections.reverse(all);
        return all;
    }
}
