package dev.plumbline.web;

import dev.plumbline.problem.Problem;
import java.util.Collection;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MissingRequestHeaderException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.multipart.support.MissingServletRequestPartException;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import tools.jackson.core.JacksonException;

/** What Spring MVC itself refuses, in our words and with the same members as every other refusal. */
final class MvcRefusals {

    private MvcRefusals() {}

    /** Empty where the exception says nothing that a caller could use. */
    static Optional<ProblemReport> of(Exception failure, WebRequest request) {
        Optional<ProblemReport> body = body(failure, request);
        return body.isPresent() ? body : Optional.ofNullable(envelope(failure, request));
    }

    /** The body, or one part of it, is to blame. */
    private static Optional<ProblemReport> body(Exception failure, WebRequest request) {
        if (failure instanceof HttpMessageNotReadableException unreadable) {
            return problem(unreadable)
                    .map(problem -> isMultipart(request) ? problem.within("request") : problem)
                    .map(ProblemReport::of);
        } else if (failure instanceof MissingServletRequestPartException missing) {
            String name = missing.getRequestPartName();
            return Optional.of(ProblemReport.of(Problem.invalid(
                    name, "a part of the multipart body is missing", "nothing", "a part named " + name)));
        }
        return Optional.empty();
    }

    /** JSON in a multipart body is its part {@code request}. */
    private static boolean isMultipart(WebRequest request) {
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("multipart/");
    }

    private static Optional<Problem> problem(HttpMessageNotReadableException unreadable) {
        if (unreadable.getCause() instanceof JacksonException json) {
            return JsonProblems.of(json);
        } else if (unreadable.getCause() instanceof Problem problem) {
            return Optional.of(problem);
        }
        return Optional.of(Problem.malformed("", "the body is missing or breaks off", "nothing", "a body"));
    }

    /** Method, address, parameters or headers are to blame. */
    private static @Nullable ProblemReport envelope(Exception failure, WebRequest request) {
        if (failure instanceof HttpRequestMethodNotSupportedException method) {
            return ProblemReport.of(
                    ProblemType.METHOD_NOT_ALLOWED,
                    "Nothing at this address answers " + method.getMethod(),
                    method.getMethod(),
                    oneOf(method.getSupportedHttpMethods()));
        } else if (failure instanceof HttpMediaTypeNotSupportedException type) {
            return ProblemReport.of(
                    ProblemType.UNSUPPORTED_MEDIA_TYPE,
                    "The body comes in a format that is not read here",
                    type.getContentType() == null
                            ? Objects.requireNonNullElse(request.getHeader(HttpHeaders.CONTENT_TYPE), "no Content-Type")
                            : type.getContentType().toString(),
                    oneOf(type.getSupportedMediaTypes()));
        } else if (failure instanceof HttpMediaTypeNotAcceptableException type) {
            return ProblemReport.of(
                    ProblemType.NOT_ACCEPTABLE,
                    "The answer does not exist in a format that the request accepts",
                    request.getHeader(HttpHeaders.ACCEPT),
                    oneOf(type.getSupportedMediaTypes()));
        } else if (failure instanceof NoResourceFoundException resource) {
            return nothing("/" + resource.getResourcePath());
        } else if (failure instanceof NoHandlerFoundException handler) {
            return nothing(handler.getRequestURL());
        } else if (failure instanceof ErrorResponseException response) {
            int status = response.getStatusCode().value();
            ProblemType type = ProblemType.ofStatus(status);
            String detail = response.getBody().getDetail();
            return status >= 500
                    ? null
                    : ProblemReport.of(type, detail == null ? type.title() : detail, null, null)
                            .withStatus(status);
        }
        return parameter(failure);
    }

    private static @Nullable ProblemReport parameter(Exception failure) {
        if (failure instanceof MissingServletRequestParameterException missing) {
            String name = missing.getParameterName();
            return ProblemReport.of(
                    ProblemType.INVALID, "A parameter of the address is missing", null, "?" + name + "=...");
        } else if (failure instanceof MissingRequestHeaderException missing) {
            return ProblemReport.of(
                    ProblemType.INVALID, "A header is missing", null, missing.getHeaderName() + ": ...");
        } else if (failure instanceof TypeMismatchException mismatch) {
            String name = mismatch instanceof MethodArgumentTypeMismatchException argument
                    ? "'" + argument.getName() + "' in the address"
                    : "A value in the address";
            return ProblemReport.of(
                    ProblemType.INVALID,
                    name + " is not of the right kind",
                    String.valueOf(mismatch.getValue()),
                    JsonKinds.of(mismatch.getRequiredType()));
        }
        return null;
    }

    /** Whether the container could not read the parameters in the address. */
    static boolean isUnreadableAddress(@Nullable Object failure) {
        return failure instanceof InvalidParameterException
                || (failure instanceof Exception wrapper && isUnreadableAddress(wrapper.getCause()));
    }

    static ProblemReport unreadableAddress(@Nullable String query) {
        return ProblemReport.of(
                ProblemType.MALFORMED,
                "The parameters of the address cannot be read",
                query == null ? null : "?" + query,
                "at most 1000 of them, in percent-encoded UTF-8");
    }

    private static ProblemReport nothing(String path) {
        return ProblemReport.of(
                ProblemType.NOT_FOUND, "There is nothing at this address", path, ProblemReport.AN_ADDRESS);
    }

    private static @Nullable String oneOf(@Nullable Collection<?> values) {
        return values == null || values.isEmpty()
                ? null
                : values.stream().map(Object::toString).sorted().collect(Collectors.joining(", ", "one of ", ""));
    }
}
