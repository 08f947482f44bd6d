package dev.plumbline.web;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.Part;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request whose body is here already, whole or in parts. */
final class SpooledRequest extends HttpServletRequestWrapper implements Closeable {

    private final ServletInputStream body;
    private final List<SpooledPart> parts;

    SpooledRequest(HttpServletRequest request, Intake intake) throws IOException {
        super(request);
        this.parts = intake instanceof PartsIntake several
                ? several.parts().stream().filter(part -> !part.isUnselected()).toList()
                : List.of();
        this.body =
                new Body(intake instanceof WholeIntake whole ? whole.spool().open() : InputStream.nullInputStream());
    }

    @Override
    public ServletInputStream getInputStream() {
        return body;
    }

    @Override
    public BufferedReader getReader() {
        String encoding = getCharacterEncoding();
        Charset charset = encoding == null ? StandardCharsets.UTF_8 : Charset.forName(encoding);
        return new BufferedReader(new InputStreamReader(body, charset));
    }

    @Override
    public Collection<Part> getParts() {
        return List.copyOf(parts);
    }

    @Override
    public @Nullable Part getPart(String name) {
        return parts.stream()
                .filter(part -> part.getName().equals(name))
                .findFirst()
                .orElse(null);
    }

    @Override
    public void close() throws IOException {
        body.close();
    }

    private static final class Body extends ServletInputStream {

        private final InputStream bytes;
        private boolean finished;

        Body(InputStream bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() throws IOException {
            int value = bytes.read();
            finished |= value < 0;
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = bytes.read(buffer, offset, length);
            finished |= count < 0;
            return count;
        }

        @Override
        public boolean isFinished() {
            return finished;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new UnsupportedOperationException("the body is here already; read it");
        }

        @Override
        public void close() throws IOException {
            bytes.close();
        }
    }
}
