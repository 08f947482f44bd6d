package dev.plumbline.web;

import org.jspecify.annotations.Nullable;

/**
 * What the container refuses by itself, before or beside our controllers, in the shape of every other refusal. What it calls
 * its own failing (501, 505) is none of ours: the caller sent what no HTTP/1.1 server with these methods understands.
 */
final class ContainerRefusals {

    private static final int LONGEST = 200;

    private static final String HTTP =
            "HTTP/1.1: one Host, a path and a query in percent-encoded UTF-8 without %00, %2F, %5C and ..; headers of at most"
                    + " 8 KB, parameters of at most 1000; a body framed by one Content-Length or by Transfer-Encoding: chunked";

    private ContainerRefusals() {}

    /** The parts of a request's first line, as far as they could be read. */
    record FirstLine(
            @Nullable String method,
            @Nullable String address,
            @Nullable String protocol) {

        private String shown() {
            String line = ((method == null ? "" : method) + " " + (address == null ? "" : address)).strip();
            return line.isEmpty() ? "something else" : ContainerRefusals.shown(line);
        }
    }

    static ProblemReport report(int status, FirstLine line) {
        return switch (status) {
            case 404 ->
                of(
                        ProblemType.NOT_FOUND,
                        404,
                        "There is nothing at this address",
                        line.address(),
                        ProblemReport.AN_ADDRESS);
            case 405 ->
                of(
                        ProblemType.METHOD_NOT_ALLOWED,
                        405,
                        "Nothing at this address answers " + line.method(),
                        line.method(),
                        "a method of the Allow header, or GET, POST, DELETE");
            case 413 -> of(ProblemType.LIMIT, 413, "The request is too large", line.shown(), HTTP);
            case 416 ->
                of(
                        ProblemType.MALFORMED,
                        416,
                        "There is no such range of bytes",
                        "a Range header for " + line.shown(),
                        "bytes=<first>-<last> within the resource, or no Range");
            case 501 ->
                of(ProblemType.MALFORMED, 400, "The method or the transfer coding is unknown here", line.shown(), HTTP);
            case 505 ->
                of(
                        ProblemType.MALFORMED,
                        400,
                        "The version of HTTP is unknown here",
                        line.protocol() == null ? "another one" : shown(line.protocol()),
                        "HTTP/1.1");
            default ->
                of(
                        status >= 500 ? ProblemType.INTERNAL : ProblemType.ofStatus(status),
                        status,
                        status == 400
                                ? "The request is not HTTP as it is understood here"
                                : ProblemType.ofStatus(status).title(),
                        line.shown(),
                        HTTP);
        };
    }

    private static ProblemReport of(
            ProblemType type, int status, String detail, @Nullable String got, @Nullable String expected) {
        return ProblemReport.of(type, detail, got == null ? null : shown(got), expected)
                .withStatus(status);
    }

    private static String shown(String text) {
        String printable = text.replaceAll("[\\p{Cntrl}\\p{Cs}]", "?");
        return printable.length() > LONGEST ? printable.substring(0, LONGEST) + "..." : printable;
    }
}
