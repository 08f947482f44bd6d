package dev.plumbline.jobs;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;
import org.springframework.web.multipart.MultipartFile;

/** A file of a request, as it came. */
record KeptFile(String part, @Nullable String fileName, byte[] body) implements MultipartFile {

    @Override
    public String getName() {
        return part;
    }

    @Override
    public @Nullable String getOriginalFilename() {
        return fileName;
    }

    @Override
    public @Nullable String getContentType() {
        return null;
    }

    @Override
    public boolean isEmpty() {
        return body.length == 0;
    }

    @Override
    public long getSize() {
        return body.length;
    }

    @Override
    public byte[] getBytes() {
        return body;
    }

    @Override
    public InputStream getInputStream() {
        return new ByteArrayInputStream(body);
    }

    @Override
    public void transferTo(File target) throws IOException {
        Files.write(target.toPath(), body);
    }
}
