package dev.plumbline.web;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.Version;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.NopAnnotationIntrospector;
import tools.jackson.databind.jsontype.NamedType;

/**
 * A sealed interface of records with a {@code kind()} travels as one of them, told apart by its member {@code kind}: the
 * record's name with a small first letter.
 */
final class OneOfSeveral extends NopAnnotationIntrospector {

    /** The member that tells them apart. */
    static final String KIND = "kind";

    static boolean is(Class<?> type) {
        return type.isSealed()
                && type.isInterface()
                && type.getPackage().isAnnotationPresent(NullMarked.class)
                && Arrays.stream(type.getMethods())
                        .anyMatch(method -> method.getName().equals(KIND))
                && Arrays.stream(type.getPermittedSubclasses()).allMatch(Class::isRecord);
    }

    static String kind(Class<?> type) {
        String name = type.getSimpleName();
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    @Override
    public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(MapperConfig<?> config, Annotated annotated) {
        return annotated instanceof AnnotatedClass && is(annotated.getRawType())
                ? JsonTypeInfo.Value.construct(JsonTypeInfo.Id.NAME, JsonTypeInfo.As.PROPERTY, KIND, null, false, null)
                : null;
    }

    @Override
    public @Nullable List<NamedType> findSubtypes(MapperConfig<?> config, Annotated annotated) {
        return annotated instanceof AnnotatedClass && is(annotated.getRawType())
                ? Arrays.stream(annotated.getRawType().getPermittedSubclasses())
                        .map(type -> new NamedType(type, kind(type)))
                        .toList()
                : null;
    }

    @Override
    public Version version() {
        return Version.unknownVersion();
    }
}
