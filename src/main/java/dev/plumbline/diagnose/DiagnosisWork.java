package dev.plumbline.diagnose;

import dev.plumbline.jobs.Attempt;
import dev.plumbline.jobs.Inputs;
import dev.plumbline.jobs.JobTerms;
import dev.plumbline.jobs.Progress;
import dev.plumbline.jobs.Work;
import dev.plumbline.library.ModelLibrary;
import dev.plumbline.limits.Limits;
import dev.plumbline.report.Upload;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Diagnoses as jobs. */
@Component
final class DiagnosisWork implements Work {

    private final DiagnosisService service;
    private final KeptDiagnoses kept;
    private final Limits limits;
    private final ModelLibrary library;
    private final JsonMapper json;

    DiagnosisWork(Limits request, JobTerms terms, KeptDiagnoses kept, ModelLibrary library, JsonMapper json) {
        this.service = new DiagnosisService(request.lasting(terms.seconds()));
        this.kept = kept;
        this.limits = request;
        this.library = library;
        this.json = json;
    }

    @Override
    public String kind() {
        return "diagnoses";
    }

    @Override
    public Task prepare(String owner, Inputs inputs) {
        DiagnosisRequest asked = inputs.read(json, DiagnosisRequest.class, DiagnosisRequest.EMPTY);
        Upload upload = inputs.upload(limits);
        DiagnosisRequest request = inputs.answer(upload, files -> asked.with(files, library.card(owner)));
        DiagnosisReport earlier = kept.earlier(owner, request.comparedWith());
        double seconds = inputs.answer(upload, files -> service.seconds(request));
        return new Task() {
            @Override
            public double seconds() {
                return seconds;
            }

            @Override
            public Done run(Attempt attempt) {
                attempt.progress().accept(new Progress("diagnosis", 0, 1, 0));
                DiagnosisReport report = inputs.answer(upload, files -> service.diagnose(request))
                        .since(earlier);
                return new Done(report.id(), json.writeValueAsBytes(report), () -> kept.keep(owner, report));
            }
        };
    }
}
