package dev.plumbline.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JavaType;
import dev.plumbline.tensor.Tensor;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.core.util.Json;
import io.swagger.v3.oas.models.media.Schema;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Describes records as {@link WireJson} reads and writes them: constants in camelCase, what is required and what may be
 * null, numbers that may be {@code "NaN"}, tensors, and what {@link FieldDescriptions} has to say.
 */
@Component
final class WireSchemas implements ModelConverter {

    @Override
    public @Nullable Schema<?> resolve(
            AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> chain) {
        JavaType java = Json.mapper().constructType(type.getType());
        if (java != null && java.getRawClass() == Tensor.class) {
            context.defineModel("Tensor", TensorSchema.schema());
            return new Schema<>().$ref("#/components/schemas/Tensor");
        }
        Schema<?> schema = chain.hasNext() ? chain.next().resolve(type, context, chain) : null;
        if (java == null || schema == null) {
            return schema;
        } else if (java.isEnumType()) {
            name(schema, java.getRawClass());
        } else if (isOurs(java.getRawClass())) {
            Schema<?> model = schema.get$ref() == null
                    ? schema
                    : context.getDefinedModels()
                            .get(schema.get$ref().substring(schema.get$ref().lastIndexOf('/') + 1));
            describe(java.getRawClass(), model);
        }
        return schema;
    }

    private static boolean isOurs(Class<?> type) {
        return type.isRecord() && type.getPackage().isAnnotationPresent(NullMarked.class);
    }

    private static void name(Schema<?> schema, Class<?> type) {
        @SuppressWarnings("unchecked")
        Schema<Object> constants = (Schema<Object>) schema;
        constants.setEnum(Arrays.stream(type.getEnumConstants())
                .map(constant -> (Object) WireNames.of(type, ((Enum<?>) constant).name()))
                .toList());
    }

    private static void describe(Class<?> type, @Nullable Schema<?> model) {
        if (model == null || model.getProperties() == null) {
            return;
        }
        for (RecordComponent component : type.getRecordComponents()) {
            String name = nameOf(component);
            Schema<?> property = model.getProperties().get(name);
            if (property == null) {
                continue;
            }
            String text = FieldDescriptions.of(type, name);
            if (text != null) {
                property.setDescription(text);
            }
            if (component.getType() == double.class || component.getType() == Double.class) {
                property.addType("string");
                String kind = JsonKinds.of(Double.class);
                String meaning = property.getDescription();
                property.setDescription(meaning == null ? kind : meaning + "; " + kind);
            }
            if (RequiredComponents.isRequired(component)) {
                require(model, name);
            } else if (property.getTypes() != null) {
                allowNull(property);
            } else if (property.get$ref() != null) {
                model.getProperties().put(name, orNull(property));
            }
        }
    }

    private static String nameOf(RecordComponent component) {
        JsonProperty property = component.getAccessor().getAnnotation(JsonProperty.class);
        return property == null || property.value().isEmpty() ? component.getName() : property.value();
    }

    private static void require(Schema<?> model, String name) {
        if (model.getRequired() == null || !model.getRequired().contains(name)) {
            model.addRequiredItem(name);
        }
    }

    /** A list of constants must name null too; its type alone does not let it in. */
    private static void allowNull(Schema<?> property) {
        property.addType("null");
        if (property.getEnum() != null) {
            @SuppressWarnings("unchecked")
            Schema<@Nullable Object> constants = (Schema<@Nullable Object>) property;
            List<@Nullable Object> withNull = new ArrayList<>(constants.getEnum());
            withNull.add(null);
            constants.setEnum(withNull);
        }
    }

    private static Schema<?> orNull(Schema<?> reference) {
        Schema<?> either = new Schema<>();
        either.setAnyOf(List.of(new Schema<>().$ref(reference.get$ref()), new Schema<>().types(Set.of("null"))));
        return either.description(reference.getDescription());
    }
}
