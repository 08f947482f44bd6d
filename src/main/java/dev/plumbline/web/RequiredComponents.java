package dev.plumbline.web;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.Version;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.NopAnnotationIntrospector;

/**
 * A component of a record must be in the JSON, and not null, unless it is declared {@code @Nullable}, and so must be what a
 * list or a map in it holds: the types that NullAway checks inside of the service hold at its border too.
 */
final class RequiredComponents extends NopAnnotationIntrospector {

    @Override
    public @Nullable Boolean hasRequiredMarker(MapperConfig<?> config, AnnotatedMember member) {
        RecordComponent component = component(member);
        return component == null ? null : isRequired(component);
    }

    @Override
    public JsonSetter.Value findSetterInfo(MapperConfig<?> config, Annotated annotated) {
        RecordComponent component = annotated instanceof AnnotatedMember member ? component(member) : null;
        return component == null
                ? JsonSetter.Value.empty()
                : JsonSetter.Value.construct(
                        isRequired(component) ? Nulls.FAIL : Nulls.DEFAULT,
                        holdsNulls(component.getAnnotatedType()) ? Nulls.DEFAULT : Nulls.FAIL);
    }

    /** Whether the innermost contents of the type, those of a list or the values of a map, may be null: any JSON may. */
    private static boolean holdsNulls(AnnotatedType type) {
        if (!(type instanceof AnnotatedParameterizedType generic)) {
            return type.isAnnotationPresent(Nullable.class) || type.getType() == Object.class;
        }
        AnnotatedType[] arguments = generic.getAnnotatedActualTypeArguments();
        return holdsNulls(arguments[arguments.length - 1]);
    }

    @Override
    public Version version() {
        return Version.unknownVersion();
    }

    static boolean isRequired(RecordComponent component) {
        return !component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private static @Nullable RecordComponent component(AnnotatedMember member) {
        Class<?> owner = member.getDeclaringClass();
        if (!owner.isRecord() || !owner.getPackage().isAnnotationPresent(NullMarked.class)) {
            return null;
        }
        RecordComponent[] components = owner.getRecordComponents();
        if (member instanceof AnnotatedParameter parameter) {
            boolean canonical = parameter.getOwner().getParameterCount() == components.length;
            return canonical ? components[parameter.getIndex()] : null;
        }
        return Arrays.stream(components)
                .filter(component -> component.getName().equals(member.getName()))
                .findFirst()
                .orElse(null);
    }
}
