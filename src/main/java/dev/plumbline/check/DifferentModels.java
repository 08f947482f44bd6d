package dev.plumbline.check;

import dev.plumbline.check.GradientCheckReport.Cost;
import dev.plumbline.check.GradientCheckReport.ObjectiveReport;
import dev.plumbline.check.GradientCheckReport.Warning;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.verification.CheckPlan.Arithmetic;
import dev.plumbline.reader.AnotherModel;
import dev.plumbline.reader.ObjectiveReader;
import dev.plumbline.reader.SameModel;
import dev.plumbline.tensor.Datatype;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Checks whose model may be another than the pipeline's: the gradients of two functions have nothing to say to each other. */
final class DifferentModels {

    private DifferentModels() {}

    /** Null where nothing is expected of the model, or it is met. */
    static @Nullable AnotherModel differs(
            GradientCheckRequest request, CheckedModel checked, Question question, Consumer<Program> afford) {
        if (request.expected() == null) {
            return null;
        }
        Arithmetic arithmetic = question.plan().arithmetic();
        return new SameModel(
                        (model, loss) -> new ObjectiveReader(
                                model,
                                loss,
                                request.parametersOrNone(),
                                request.dataOrNone(),
                                CheckedModel.byParameter(request),
                                Set.of()),
                        request.lossOrNone(),
                        narrowest(arithmetic),
                        arithmetic.precision())
                .differs(checked.model(), request.expected(), afford);
    }

    private static Datatype narrowest(Arithmetic arithmetic) {
        return arithmetic.datatypes().values().stream()
                .max(Comparator.comparingDouble(Datatype::unitRoundoff))
                .orElse(Datatype.FP32);
    }

    /** The report of a check that judges no gradient. */
    static GradientCheckReport report(
            AnotherModel another, CheckedModel checked, CheckSettings settings, long started) {
        return new GradientCheckReport(
                UUID.randomUUID().toString(),
                Verdict.INCONCLUSIVE,
                another.words(),
                null,
                null,
                new ObjectiveReport(checked.objective().value(), 0, true),
                null,
                List.of(),
                checked.names().namings(),
                List.of(),
                null,
                List.of(),
                List.of(),
                List.of(),
                null,
                null,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(new Warning("anotherModel", another.words())),
                new Cost(1, 0, 1, (System.nanoTime() - started) / 1_000_000),
                settings);
    }
}
