package dev.plumbline.web;

import jakarta.servlet.http.Part;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One part of a multipart body that is here in full. */
record SpooledPart(PartHeaders headers, Spool spool) implements Part {

    /** What a browser sends for a file input where nobody has chosen a file. */
    boolean isUnselected() {
        return "".equals(headers.fileName()) && spool.size() == 0;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return spool.open();
    }

    @Override
    public @Nullable String getContentType() {
        return headers.get("content-type");
    }

    @Override
    public String getName() {
        return headers.name();
    }

    @Override
    public @Nullable String getSubmittedFileName() {
        return headers.fileName();
    }

    @Override
    public long getSize() {
        return spool.size();
    }

    /** Takes it there: large parts can be written once. */
    @Override
    public void write(String fileName) throws IOException {
        spool.moveTo(Path.of(fileName));
    }

    @Override
    public void delete() throws IOException {
        spool.close();
    }

    @Override
    public @Nullable String getHeader(String name) {
        return headers.get(name);
    }

    @Override
    public Collection<String> getHeaders(String name) {
        String value = headers.get(name);
        return value == null ? List.of() : List.of(value);
    }

    @Override
    public Collection<String> getHeaderNames() {
        return headers.all().keySet();
    }
}
