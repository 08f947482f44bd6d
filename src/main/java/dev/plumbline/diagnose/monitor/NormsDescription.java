package dev.plumbline.diagnose.monitor;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.media.Schema;
import java.util.LinkedHashSet;
import java.util.List;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.stereotype.Component;

/** A record is described as an object; {@link NormsSource} may be a number or a string as well. */
@Component
final class NormsDescription implements OpenApiCustomizer {

    @Override
    public void customise(OpenAPI description) {
        Schema<?> norms = description.getComponents().getSchemas().get(NormsSource.class.getSimpleName());
        if (norms != null) {
            norms.setTypes(new LinkedHashSet<>(List.of("object", "number", "string")));
        }
    }
}
