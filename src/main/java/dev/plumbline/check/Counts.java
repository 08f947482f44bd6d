package dev.plumbline.check;

import dev.plumbline.compute.judgement.Setting;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;

/** The counts that a gradient is likely to be wrong by, read off the data. */
final class Counts {

    private Counts() {}

    static Setting of(Objective objective) {
        int batch = 1;
        for (Node data : objective.program().data().values()) {
            if (data.rank() > 0) {
                batch = Math.max(1, data.shape().extent(0));
                break;
            }
        }
        int outputs = 1;
        for (Node output : objective.program().outputs().values()) {
            if (output.rank() > 1 && output.shape().extent(0) == batch) {
                outputs = Math.max(1, output.shape().size() / batch);
                break;
            }
        }
        return new Setting(batch, outputs, 1);
    }
}
