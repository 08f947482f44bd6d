package dev.plumbline.jobs;

import dev.plumbline.jobs.Job.State;
import dev.plumbline.limits.Limits;
import dev.plumbline.limits.Presence;
import dev.plumbline.problem.Problem;
import dev.plumbline.report.IdempotencyKey;
import dev.plumbline.webhook.Webhook;
import dev.plumbline.webhook.Webhooks;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.multipart.MultipartHttpServletRequest;
import org.springframework.web.servlet.HandlerInterceptor;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes a job of a request that prefers it: 202 and where the job is, or with {@code wait} and an end by then the report, as if
 * nobody had asked for a job. Bodies are read as they came; what a controller makes of them, {@link Work} makes.
 */
final class RespondAsync implements HandlerInterceptor {

    private static final String REQUEST = "request";
    private static final int LONGEST_NAME = 1000;

    private final Jobs jobs;
    private final JsonMapper json;
    private final Limits limits;
    private final Webhooks webhooks;

    RespondAsync(Jobs jobs, JsonMapper json, Limits limits, Webhooks webhooks) {
        this.jobs = jobs;
        this.json = json;
        this.limits = limits;
        this.webhooks = webhooks;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException, ServletException {
        MayBeAJob mark = handler instanceof HandlerMethod method ? method.getMethodAnnotation(MayBeAJob.class) : null;
        if (mark == null) {
            return true;
        }
        Preference preference = Preference.of(request);
        Webhook webhook = WebhookHeaders.of(request, webhooks);
        if (!preference.async()) {
            requireNobodyToTell(webhook);
            return true;
        }
        String owner = String.valueOf(request.getAttribute("owner"));
        Job job = submitted(owner, mark.value(), request, webhook);
        if (preference.seconds() > 0) {
            // Nothing is computed on this thread any more.
            Presence.current().stepAside();
            job = jobs.await(owner, job.id(), preference.seconds());
        }
        Optional<String> report = job.state() == State.DONE
                ? Optional.ofNullable(jobs.whole(owner, job.id()).report())
                : Optional.empty();
        answer(response, job, report.orElse(null));
        return false;
    }

    private static void requireNobodyToTell(@Nullable Webhook webhook) {
        if (webhook != null) {
            throw Problem.invalid(
                    "",
                    "a webhook is told of jobs alone",
                    "the header " + WebhookHeaders.URL + " without Prefer: respond-async",
                    "both, or none");
        }
    }

    private Job submitted(String owner, String kind, HttpServletRequest request, @Nullable Webhook webhook)
            throws IOException, ServletException {
        String key = Objects.requireNonNullElse(request.getHeader(IdempotencyKey.HEADER), "");
        try {
            return jobs.submit(owner, new Jobs.Order(kind, inputs(request), key, webhook))
                    .job();
        } catch (JacksonException unreadable) {
            // As a controller's body that cannot be read.
            throw new HttpMessageNotReadableException(
                    "the request cannot be read", unreadable, new ServletServerHttpRequest(request));
        }
    }

    private void answer(HttpServletResponse response, Job job, @Nullable String report) throws IOException {
        response.setStatus(report == null ? HttpServletResponse.SC_ACCEPTED : HttpServletResponse.SC_OK);
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.setHeader("Preference-Applied", "respond-async");
        response.setHeader(HttpHeaders.LOCATION, job.href());
        if (job.reportHref() != null) {
            response.setHeader(HttpHeaders.CONTENT_LOCATION, report == null ? job.href() : job.reportHref());
        }
        response.getOutputStream()
                .write(report == null ? json.writeValueAsBytes(job) : report.getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable String named(Part part) {
        String name = part.getSubmittedFileName();
        if (name != null && name.length() > LONGEST_NAME) {
            throw Problem.limit(
                    part.getName(), "the file's name is too long", name.length() + " characters", LONGEST_NAME);
        }
        return name;
    }

    /** A job is kept in the database with all it came with, so it may be no larger than other bodies. */
    private Inputs inputs(HttpServletRequest request) throws IOException, ServletException {
        if (request.getContentLengthLong() > limits.bodyBytes()) {
            throw Problem.limit(
                    "",
                    "the body is too large for a job",
                    request.getContentLengthLong() + " bytes",
                    "at most " + limits.bodyBytes()
                            + " bytes (plumbline.limits.body-bytes), or the same request without Prefer: respond-async");
        }
        if (!(request instanceof MultipartHttpServletRequest)) {
            return new Inputs(request.getInputStream().readAllBytes(), List.of(), false);
        }
        byte[] asked = null;
        List<KeptFile> files = new ArrayList<>();
        for (Part part : request.getParts()) {
            byte[] body = part.getInputStream().readAllBytes();
            if (part.getName().equals(REQUEST)) {
                asked = body;
            } else {
                files.add(new KeptFile(part.getName(), named(part), body));
            }
        }
        return new Inputs(asked, files, true);
    }
}
