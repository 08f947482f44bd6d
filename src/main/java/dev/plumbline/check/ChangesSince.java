package dev.plumbline.check;

import dev.plumbline.check.GradientCheckReport.Change;
import dev.plumbline.check.GradientCheckReport.Changes;
import dev.plumbline.check.GradientCheckReport.TensorReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is another in one report than in another. */
final class ChangesSince {

    private static final int LISTED = 200;

    /** So many times larger or smaller an error has changed. */
    private static final double MUCH = 10;

    private ChangesSince() {}

    static Changes of(GradientCheckReport before, GradientCheckReport now) {
        Map<String, TensorReport> earlier = byName(before);
        List<Change> changed = new ArrayList<>();
        List<String> added = new ArrayList<>();
        for (TensorReport tensor : now.tensors()) {
            TensorReport then = earlier.remove(tensor.name());
            if (then == null) {
                added.add(tensor.name());
            } else if (then.verdict() != tensor.verdict() || isAnother(then.relativeError(), tensor.relativeError())) {
                changed.add(new Change(
                        tensor.name(), then.verdict(), tensor.verdict(), then.relativeError(), tensor.relativeError()));
            }
        }
        return new Changes(
                before.id(),
                before.verdict(),
                now.verdict(),
                changed.stream().limit(LISTED).toList(),
                added.stream().limit(LISTED).toList(),
                earlier.keySet().stream().limit(LISTED).toList());
    }

    private static Map<String, TensorReport> byName(GradientCheckReport report) {
        Map<String, TensorReport> tensors = new LinkedHashMap<>();
        report.tensors().forEach(tensor -> tensors.put(tensor.name(), tensor));
        return tensors;
    }

    /** Errors below rounding say nothing, so equal verdicts differ only where an error is ten times another. */
    private static boolean isAnother(double before, double now) {
        return now > MUCH * before && now > 1e-3 || before > MUCH * now && before > 1e-3 || Double.isNaN(before) != Double.isNaN(now);
    }
}
