package dev.plumbline.web;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.http.MediaType;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the JSON of a multipart part that does not say it is JSON: {@code curl -F request=@check.json} and most client
 * libraries call it {@code application/octet-stream}, or nothing. It writes nothing, and whole bodies never come here,
 * because their controllers say what they consume.
 */
final class JsonParts extends JacksonJsonHttpMessageConverter {

    JsonParts(JsonMapper mapper) {
        super(mapper);
        setSupportedMediaTypes(List.of(MediaType.APPLICATION_OCTET_STREAM, MediaType.TEXT_PLAIN));
    }

    @Override
    public boolean canRead(ResolvableType type, @Nullable MediaType mediaType) {
        return type.toClass().isRecord() && super.canRead(type, mediaType);
    }

    @Override
    public boolean canWrite(ResolvableType type, Class<?> value, @Nullable MediaType mediaType) {
        return false;
    }
}
