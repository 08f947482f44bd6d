package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.FileConstant;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Rounding;
import dev.plumbline.tensor.Datatype;
import java.util.List;

/** Values on the way as a pipeline's rounding may have had them; in float64 every other run as its constants may have been. */
final class RoundedRun {

    private RoundedRun() {}

    /** The whole model, evaluated with random rounding; another {@code run} is another draw. */
    static Evaluation of(Objective objective, Datatype arithmetic, AloneSetting setting, int run) {
        boolean wide = arithmetic == Datatype.FP64;
        List<FileConstant> constants = FileConstant.of(objective.program());
        long seed = setting.seed() + run;
        boolean moves = wide && run % 2 == 1 && setting.holdsFloat32() && !constants.isEmpty();
        Rounding rounding = moves
                ? FileConstant.moved(constants, seed)
                : wide
                        ? Rounding.float64(objective.base(), seed)
                        : Rounding.random(Datatype.FP32, objective.base(), seed);
        return objective.program().evaluate(objective.point(), rounding);
    }
}
