package dev.plumbline.web;

import com.fasterxml.jackson.annotation.JsonIgnoreType;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JavaType;
import dev.plumbline.tensor.Tensor;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.core.util.Json;
import io.swagger.v3.oas.models.media.Discriminator;
import io.swagger.v3.oas.models.media.Schema;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Describes records as {@link WireJson} reads and writes them: constants in camelCase, what is required, numbers that may be
 * {@code "NaN"}, tensors, and what {@link FieldDescriptions} has to say.
 */
@Component
final class WireSchemas implements ModelConverter {

    /** What may be NaN. A {@code Number} holds a double at times. */
    private static final Set<Type> REALS = Set.of(double.class, Double.class, Number.class);

    private final Map<String, Class<?>> owners = new ConcurrentHashMap<>(); // by the schema's name

    @Override
    public @Nullable Schema<?> resolve(
            AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> chain) {
        JavaType java = Json.mapper().constructType(type.getType());
        if (java != null && java.getRawClass() == Tensor.class) {
            context.defineModel("Tensor", TensorSchema.schema());
            return reference("Tensor");
        } else if (java != null && OneOfSeveral.is(java.getRawClass())) {
            return oneOfSeveral(java.getRawClass(), context);
        }
        Schema<?> schema = chain.hasNext() ? chain.next().resolve(type, context, chain) : null;
        if (java == null || schema == null) {
            return schema;
        } else if (java.isEnumType()) {
            name(schema, java.getRawClass());
        } else if (isOurs(java.getRawClass())) {
            String name = schema.get$ref() == null ? schema.getName() : last(schema.get$ref());
            claim(name, java.getRawClass());
            describe(
                    name == null ? java.getRawClass().getSimpleName() : name,
                    java.getRawClass(),
                    schema.get$ref() == null
                            ? schema
                            : context.getDefinedModels().get(name));
        }
        return schema;
    }

    private static Schema<?> reference(String name) {
        return new Schema<>().$ref("#/components/schemas/" + name);
    }

    private static String last(String reference) {
        return reference.substring(reference.lastIndexOf('/') + 1);
    }

    /** One schema for each record, called by both names, and one that is any of them. */
    private static Schema<?> oneOfSeveral(Class<?> type, ModelConverterContext context) {
        Discriminator discriminator = new Discriminator().propertyName(OneOfSeveral.KIND);
        Schema<?> either = new Schema<>();
        for (Class<?> one : type.getPermittedSubclasses()) {
            String name = one.getSimpleName() + type.getSimpleName();
            String kind = OneOfSeveral.kind(one);
            Schema<?> reference = reference(name);
            if (!context.getDefinedModels().containsKey(name)) {
                context.resolve(new AnnotatedType(one).name(name).resolveAsRef(true));
                putKind(Objects.requireNonNull(context.getDefinedModels().get(name)), kind);
            }
            either.addOneOfItem(reference);
            discriminator.mapping(kind, reference.get$ref());
        }
        context.defineModel(type.getSimpleName(), either.discriminator(discriminator));
        return reference(type.getSimpleName());
    }

    private static void putKind(Schema<?> model, String kind) {
        Schema<String> constant = new Schema<>();
        constant.setTypes(Set.of("string"));
        constant.setEnum(List.of(kind));
        @SuppressWarnings("rawtypes") // as the library has them
        Map<String, Schema> properties = new LinkedHashMap<>(Map.of(OneOfSeveral.KIND, constant));
        properties.putAll(model.getProperties());
        model.setProperties(properties);
        model.addRequiredItem(OneOfSeveral.KIND);
    }

    /** Two records of one simple name would share one schema, and one of them would be described as the other. */
    private void claim(@Nullable String name, Class<?> type) {
        Class<?> owner = name == null ? type : owners.computeIfAbsent(name, free -> type);
        if (owner != type) {
            throw new IllegalStateException("%s and %s would both be described as %s: rename one"
                    .formatted(owner.getName(), type.getName(), name));
        }
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

    private static void describe(String schema, Class<?> type, @Nullable Schema<?> model) {
        if (model == null || model.getProperties() == null) {
            return;
        }
        for (RecordComponent component : type.getRecordComponents()) {
            String name = nameOf(component);
            if (component.getType().isAnnotationPresent(JsonIgnoreType.class)) {
                model.getProperties().remove(name);
            }
            Schema<?> property = model.getProperties().get(name);
            if (property == null) {
                continue;
            }
            String text = FieldDescriptions.of(schema, name);
            if (text != null) {
                property.setDescription(text);
            }
            if (RequiredComponents.isRequired(component)) {
                require(model, name);
            }
            travelling(component.getAnnotatedType(), property);
        }
    }

    /** Completes the schema of a type to how its values travel, and what is in it likewise: NaN as text. */
    private static void travelling(java.lang.reflect.AnnotatedType type, Schema<?> schema) {
        if (REALS.contains(type.getType())) {
            allowNaN(schema);
        } else if (type instanceof AnnotatedParameterizedType generic) {
            java.lang.reflect.AnnotatedType[] arguments = generic.getAnnotatedActualTypeArguments();
            contents(arguments[arguments.length - 1], schema);
        } else if (type instanceof AnnotatedArrayType array) {
            contents(array.getAnnotatedGenericComponentType(), schema);
        }
    }

    private static void contents(java.lang.reflect.AnnotatedType type, Schema<?> schema) {
        if (schema.getItems() != null) {
            travelling(type, schema.getItems());
            schema.setItems(orNull(type, schema.getItems()));
        } else if (schema.getAdditionalProperties() instanceof Schema<?> values) {
            travelling(type, values);
            schema.setAdditionalProperties(orNull(type, values));
        }
    }

    /** In a list null keeps its place. */
    private static Schema<?> orNull(java.lang.reflect.AnnotatedType type, Schema<?> schema) {
        return type.isAnnotationPresent(Nullable.class) ? NullsInRequests.orNull(schema) : schema;
    }

    private static void allowNaN(Schema<?> number) {
        number.addType("string");
        number.setPattern("^(NaN|-?Infinity)$"); // of the string
        String kind = JsonKinds.of(Double.class);
        String meaning = number.getDescription();
        number.setDescription(meaning == null || meaning.equals(kind) ? kind : meaning + "; " + kind);
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
}
