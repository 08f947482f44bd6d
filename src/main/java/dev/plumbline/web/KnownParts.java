package dev.plumbline.web;

import dev.plumbline.problem.Problem;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.multipart.MultipartHttpServletRequest;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Refuses a multipart body with a part that its controller does not know, where Spring would drop the part without a
 * word: a claim sent as {@code gradient} instead of {@code gradients} would else count as no claim at all. Of two parts of
 * one name it would take the first, so they are refused too, except where the controller takes a list.
 *
 * <p>The known parts are the {@link RequestPart} parameters of the controller's method. The members of a list may be numbered:
 * {@code a[0]}, {@code a[1]}.
 */
final class KnownParts implements HandlerInterceptor {

    private static final Pattern NUMBER = Pattern.compile("\\[\\d{1,4}\\]$");

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException, ServletException {
        if (request instanceof MultipartHttpServletRequest multipart && handler instanceof HandlerMethod method) {
            Set<String> known = names(method);
            List<String> names = multipart.getParts().stream()
                    .map(Part::getName)
                    .map(name -> plain(name, method))
                    .toList();
            Set<String> sent = new TreeSet<>(names);
            sent.removeAll(known);
            if (!known.isEmpty() && !sent.isEmpty()) {
                String name = sent.iterator().next();
                throw Problem.invalid(name, "the part is unknown here", name, "one of " + String.join(", ", known));
            }
            parts(method)
                    .filter(part -> !List.class.isAssignableFrom(part.getParameterType()))
                    .forEach(part -> requireOnce(names, name(part)));
        }
        return true;
    }

    private static String plain(String name, HandlerMethod method) {
        String front = NUMBER.matcher(name).replaceFirst("");
        boolean isMember = parts(method)
                .anyMatch(part -> name(part).equals(front) && List.class.isAssignableFrom(part.getParameterType()));
        return isMember ? front : name;
    }

    private static void requireOnce(List<String> names, String name) {
        int parts = Collections.frequency(names, name);
        if (parts > 1) {
            throw Problem.invalid(name, "this part came more than once", parts + " parts", "one");
        }
    }

    private static Set<String> names(HandlerMethod method) {
        return parts(method).map(KnownParts::name).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<MethodParameter> parts(HandlerMethod method) {
        return Arrays.stream(method.getMethodParameters())
                .filter(parameter -> parameter.hasParameterAnnotation(RequestPart.class));
    }

    private static String name(MethodParameter parameter) {
        RequestPart part = Objects.requireNonNull(parameter.getParameterAnnotation(RequestPart.class));
        return part.name().isEmpty()
                ? Objects.requireNonNull(parameter.getParameter().getName())
                : part.name();
    }
}
