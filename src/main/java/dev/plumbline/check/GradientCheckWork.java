package dev.plumbline.check;

import dev.plumbline.jobs.Attempt;
import dev.plumbline.jobs.Inputs;
import dev.plumbline.jobs.JobTerms;
import dev.plumbline.jobs.Piecework;
import dev.plumbline.jobs.Progress;
import dev.plumbline.jobs.Work;
import dev.plumbline.library.ModelLibrary;
import dev.plumbline.limits.Limits;
import dev.plumbline.report.Upload;
import io.micrometer.observation.ObservationRegistry;
import java.util.Locale;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Gradient checks as jobs. */
@Component
final class GradientCheckWork implements Work {

    private final GradientCheckService service;
    private final Limits limits;
    private final ModelLibrary library;
    private final JsonMapper json;

    GradientCheckWork(
            Limits request,
            JobTerms terms,
            RecentReports reports,
            ObservationRegistry observations,
            ModelLibrary library,
            JsonMapper json) {
        this.service = new GradientCheckService(request.lasting(terms.seconds()), reports, observations);
        this.limits = request;
        this.library = library;
        this.json = json;
    }

    @Override
    public String kind() {
        return "gradient-checks";
    }

    @Override
    public Task prepare(String owner, Inputs inputs) {
        GradientCheckRequest asked = inputs.read(json, GradientCheckRequest.class, GradientCheckRequest.EMPTY);
        Upload upload = inputs.upload(limits);
        GradientCheckRequest request = inputs.answer(upload, files -> asked.with(files, library.card(owner)));
        CheckCourse course = inputs.answer(upload, files -> service.course(request));
        return new Task() {
            @Override
            public double seconds() {
                return course.seconds();
            }

            @Override
            public Done run(Attempt attempt) {
                Checked checked = inputs.answer(
                        upload,
                        files -> service.checked(
                                owner, request, at -> attempt.progress().accept(of(at, course)), heap -> attempt.crew()
                                        .accept(new TilesOfAHeap(heap))));
                return new Done(
                        checked.report().id(),
                        json.writeValueAsBytes(checked.report()),
                        () -> service.keep(owner, checked));
            }

            @Override
            public void help(Consumer<Piecework> crew) {
                inputs.answer(upload, files -> {
                    service.help(request, heap -> crew.accept(new TilesOfAHeap(heap)));
                    return true;
                });
            }
        };
    }

    private static Progress of(GradientCheckProgress at, CheckCourse course) {
        String phase = at.phase().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return new Progress(phase, at.done(), at.total(), course.fraction(at));
    }
}
