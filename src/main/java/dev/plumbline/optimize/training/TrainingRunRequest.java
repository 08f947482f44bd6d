package dev.plumbline.optimize.training;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.plumbline.compute.health.Profile;
import dev.plumbline.library.LibraryCard;
import dev.plumbline.optimize.TrainingRunSchedule;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.LossSource;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.reader.OptimizerSource;
import dev.plumbline.report.ReportFilter;
import dev.plumbline.report.Upload;
import dev.plumbline.tensor.Tensor;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model to be trained.
 *
 * @param model may come as a file beside the request
 * @param parameters where training starts, in place of the values in the model's file or from its seed
 * @param data the samples; a tensor whose first extent is the number of samples is cut into mini-batches
 * @param schedule of the learning rate; constant
 * @param clipping of the gradient before each step; none
 * @param batchSize samples in a step; all of them. The last batch of an epoch may be smaller
 * @param shuffleSeed of the order of samples, drawn anew for every epoch; the order given where there is none
 * @param reportEvery how many iterations lie between two reports; 10
 * @param stop when to stop before {@code iterations}
 * @param label the caller's own name for the run, up to 255 characters
 * @param seconds {@code wait} in JSON: the run computes no longer than this, and answers what it has reached; as long as the
 *     limit of a request where it is not said
 * @param comparedWith an earlier report's id
 * @param profile whose rules judge the run's health; {@code plumbline} where it is not said
 */
public record TrainingRunRequest(
        @Nullable ModelSource model,
        @Nullable LossSource loss,
        @Nullable Map<String, Tensor> parameters,
        @Nullable Map<String, Tensor> data,
        OptimizerSource optimizer,
        @Nullable TrainingRunSchedule schedule,
        @Nullable TrainingRunClipping clipping,
        int iterations,
        @Nullable Integer batchSize,
        @Nullable Long shuffleSeed,
        @Nullable Integer reportEvery,
        @Nullable TrainingRunStop stop,
        @Nullable String label,
        @JsonProperty("wait") @Nullable Double seconds,
        @Nullable Profile profile,

        @Schema(description = "the id of an earlier report of this key: the report says what has changed since")
        @Nullable
        String comparedWith) {

    /** More losses than these nobody reads. */
    private static final int MOST_REPORTS = 100_000;

    private static final int MOST_ITERATIONS = 10_000_000;

    public TrainingRunRequest {
        label = ReportFilter.label(label);
        requireRange("/iterations", iterations, MOST_ITERATIONS);
        requireRange("/batchSize", batchSize == null ? 1 : batchSize, Integer.MAX_VALUE);
        requireRange("/reportEvery", reportEvery == null ? 1 : reportEvery, Integer.MAX_VALUE);
        if (seconds != null && !(seconds > 0)) {
            throw Problem.invalid("/wait", "nobody waits so short", seconds, "seconds, above 0");
        }
        if (shuffleSeed != null && batchSize == null) {
            throw Problem.invalid(
                    "/shuffleSeed", "there are no batches to be shuffled", shuffleSeed, "batchSize beside it");
        }
        int every = reportEvery == null ? 10 : reportEvery;
        if (iterations / every > MOST_REPORTS) {
            throw Problem.limit(
                    "/reportEvery", "this run would report too often", iterations / every + " reports", MOST_REPORTS);
        }
    }

    private static void requireRange(String pointer, int value, int most) {
        if (value < 1 || value > most) {
            throw Problem.invalid(pointer, "this is out of range", value, "a whole number from 1 to " + most);
        }
    }

    /** How long the run may compute. */
    double secondsWithin(double limit) {
        return seconds == null ? limit : Math.min(seconds, limit);
    }

    LossSource lossOrNone() {
        return loss == null ? LossSource.NONE : loss;
    }

    Map<String, Tensor> parametersOrNone() {
        return parameters == null ? Map.of() : parameters;
    }

    Map<String, Tensor> dataOrNone() {
        return data == null ? Map.of() : data;
    }

    int reportInterval() {
        return reportEvery == null ? 10 : reportEvery;
    }

    TrainingRunStop stopOrNever() {
        return stop == null ? TrainingRunStop.NEVER : stop;
    }

    Profile profileOrOurs() {
        return profile == null ? Profile.PLUMBLINE : profile;
    }

    ModelSource requiredModel() {
        return ModelSource.required(model, "train");
    }

    /** This request with what came as files beside it, and the model it names; nothing may come twice. */
    TrainingRunRequest with(Upload files, LibraryCard card) {
        return new TrainingRunRequest(
                card.model(model, files),
                loss,
                files.joined("parameters", parameters),
                files.joined("data", data),
                optimizer,
                schedule,
                clipping,
                iterations,
                batchSize,
                shuffleSeed,
                reportEvery,
                stop,
                label,
                seconds,
                profile,
                comparedWith);
    }
}
