package dev.plumbline.optimize.training;

import dev.plumbline.jobs.Attempt;
import dev.plumbline.jobs.Inputs;
import dev.plumbline.jobs.JobTerms;
import dev.plumbline.jobs.Progress;
import dev.plumbline.jobs.Work;
import dev.plumbline.library.ModelLibrary;
import dev.plumbline.limits.Limits;
import dev.plumbline.limits.Presence;
import dev.plumbline.report.Upload;
import java.time.Duration;
import java.util.UUID;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Training runs as jobs; the job's report has the parameters, the kept one has not. */
@Component
final class TrainingRunWork implements Work {

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

    private final TrainingRunService service;
    private final KeptTrainingRuns kept;
    private final Limits limits;
    private final ModelLibrary library;
    private final JsonMapper json;

    TrainingRunWork(Limits request, JobTerms terms, KeptTrainingRuns kept, ModelLibrary library, JsonMapper json) {
        this.service = new TrainingRunService(request.lasting(terms.seconds()));
        this.kept = kept;
        this.limits = request;
        this.library = library;
        this.json = json;
    }

    @Override
    public String kind() {
        return "training-runs";
    }

    @Override
    public Task prepare(String owner, Inputs inputs) {
        TrainingRunRequest asked = inputs.read(json, TrainingRunRequest.class, null);
        Upload upload = inputs.upload(limits);
        TrainingRunRequest request = inputs.answer(upload, files -> asked.with(files, library.card(owner)));
        TrainingRunReport earlier = kept.earlier(owner, request.comparedWith());
        double seconds = inputs.answer(upload, files -> service.seconds(request));
        return new Task() {
            @Override
            public double seconds() {
                return seconds;
            }

            @Override
            public Done run(Attempt attempt) {
                String id = UUID.randomUUID().toString();
                TrainingRunHandle handle = new TrainingRunHandle(
                                id,
                                at -> attempt.progress().accept(of(at, request)),
                                Presence.current()::check,
                                BETWEEN_LOOKS)
                        .with(attempt.checkpoints());
                TrainingRunReport report = inputs.answer(upload, files -> service.train(request, handle))
                        .named(id, request.label())
                        .since(earlier);
                return new Done(id, json.writeValueAsBytes(report), () -> kept.keep(owner, report));
            }
        };
    }

    private static Progress of(TrainingRunProgress at, TrainingRunRequest request) {
        double fraction = (double) at.iteration() / request.iterations();
        return new Progress("iterations", at.iteration(), request.iterations(), fraction);
    }
}
