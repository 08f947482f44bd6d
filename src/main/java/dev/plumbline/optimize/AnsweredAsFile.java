package dev.plumbline.optimize;

import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says in the API's description what {@link FileAnswer} writes. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ApiResponse(
        responseCode = "200",
        content = {
            @Content(mediaType = FileAnswer.SAFETENSORS, schema = @Schema(type = "string", format = "binary")),
            @Content(mediaType = FileAnswer.NPZ, schema = @Schema(type = "string", format = "binary"))
        })
public @interface AnsweredAsFile {}
