package dev.plumbline.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.DigestUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The service brings its own client: {@code curl -O http://localhost:8080/plumbline.py}. */
@RestController
class PythonClientController {

    private static final Resource CLIENT = new ClassPathResource("python/plumbline.py");
    private static final MediaType PYTHON = new MediaType("text", "x-python", StandardCharsets.UTF_8);

    /** Kept by its ETag: a newer service has a newer client. */
    @GetMapping("/plumbline.py")
    ResponseEntity<byte[]> client() throws IOException {
        byte[] client = CLIENT.getContentAsByteArray();
        return ResponseEntity.ok()
                .contentType(PYTHON)
                .cacheControl(CacheControl.noCache())
                .eTag('"' + DigestUtils.md5DigestAsHex(client) + '"')
                .body(client);
    }
}
