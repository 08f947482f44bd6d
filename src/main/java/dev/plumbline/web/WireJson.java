package dev.plumbline.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Fault;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.TensorJson;
import dev.plumbline.tensor.TensorLimits;
import org.springframework.boot.jackson.autoconfigure.JsonFactoryBuilderCustomizer;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.stereotype.Component;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonFactoryBuilder;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;

/**
 * How JSON is read and written, for the whole service: strictly, so that a misspelt name or a number in quotes is refused
 * with a pointer and never guessed at.
 *
 * <ul>
 *   <li>Names and constants of enums are camelCase ({@link WireNames}).
 *   <li>What a record does not declare {@code @Nullable} must be there ({@link RequiredComponents}).
 *   <li>What is one of several kinds says so first, by {@code kind} ({@link OneOfSeveral}).
 *   <li>What is null is left out of an answer; a request may say null where it may leave something out. Within a list null
 *       keeps its place.
 *   <li>NaN, Infinity and -Infinity travel as strings, both ways; a number too large for a double is refused.
 *   <li>Unknown or repeated names, trailing text, numbers as text and text as numbers are refused.
 * </ul>
 */
@Component
final class WireJson implements JsonFactoryBuilderCustomizer, JsonMapperBuilderCustomizer {

    private final Limits limits;

    WireJson(Limits limits) {
        this.limits = limits;
    }

    /** The service's mapper without the service. */
    static JsonMapper mapper(Limits limits) {
        WireJson wire = new WireJson(limits);
        JsonFactoryBuilder factory = JsonFactory.builder();
        wire.customize(factory);
        JsonMapper.Builder mapper = JsonMapper.builder(factory.build());
        wire.customize(mapper);
        return mapper.build();
    }

    static TensorLimits tensorLimits(Limits limits) {
        return new TensorLimits(
                limits.bodyBytes(), limits.tensors(), limits.rank(), TensorLimits.DEFAULT.headerBytes());
    }

    @Override
    public void customize(JsonFactoryBuilder factory) {
        factory.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                .enable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(limits.jsonDepth())
                        // A model in base64 is one long string; the limit on the body is the limit on it.
                        .maxStringLength(limits.bodyBytes())
                        .build());
    }

    @Override
    public void customize(JsonMapper.Builder mapper) {
        mapper.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .withCoercionConfig(
                        LogicalType.Textual, text -> text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
                .changeDefaultPropertyInclusion(always -> always.withValueInclusion(JsonInclude.Include.NON_NULL))
                .enumNamingStrategy(new WireNames())
                .annotationIntrospector(AnnotationIntrospector.pair(
                        new RequiredComponents(),
                        AnnotationIntrospector.pair(new OneOfSeveral(), mapper.annotationIntrospector())))
                .addModule(TensorJson.module(tensorLimits(limits)))
                .addModule(new SimpleModule("plumbline")
                        .addSerializer(Problem.class, new WireProblem())
                        .addSerializer(Fault.class, new WireFault())
                        .addDeserializer(double.class, new WireDouble(double.class))
                        .addDeserializer(Double.class, new WireDouble(Double.class))
                        .addDeserializer(Number.class, new WireNumber()));
    }
}
