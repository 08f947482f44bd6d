package dev.plumbline.web;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.web.cors.CorsConfiguration;

/**
 * Whom a service without API keys lets in, configured under {@code plumbline.door}. A browser on the same machine would
 * otherwise let every page that it shows call the service: by the name of a host that leads here (DNS rebinding), or by a
 * form.
 *
 * @param hosts names besides those of this machine that a request may be addressed to; {@code *} stands for all
 * @param origins of other sites whose pages may call, such as {@code https://example.org}
 */
@ConfigurationProperties("plumbline.door")
record Door(@DefaultValue List<String> hosts, @DefaultValue List<String> origins) {

    Door {
        hosts = List.copyOf(hosts);
        origins = List.copyOf(origins);
    }

    /** @param host the name that the request was sent to, without its port */
    boolean isOurs(String host) {
        String name = host.toLowerCase(Locale.ROOT).replaceAll("\\.$", "");
        return name.equals("localhost")
                || name.endsWith(".localhost")
                || isLoopback(name)
                || hosts.contains("*")
                || hosts.stream().anyMatch(name::equalsIgnoreCase);
    }

    /** 127.0.0.0/8 and ::1, written out; no name is looked up. */
    private static boolean isLoopback(String name) {
        String[] numbers = name.split("\\.", -1);
        return name.equals("[::1]")
                || name.equals("[0:0:0:0:0:0:0:1]")
                || (numbers.length == 4
                        && numbers[0].equals("127")
                        && Arrays.stream(numbers).allMatch(number -> number.matches("\\d{1,3}")));
    }

    /** What a page of this origin may do with answers; null where its browser need not be told, or shall not. */
    @Nullable
    CorsConfiguration sharing(@Nullable String origin) {
        if (origin == null || !origins.contains(origin)) {
            return null;
        }
        CorsConfiguration sharing = new CorsConfiguration();
        sharing.setAllowedOrigins(List.of(origin));
        sharing.setAllowedMethods(List.of("GET", "HEAD", "POST", "DELETE"));
        sharing.setAllowedHeaders(List.of(CorsConfiguration.ALL));
        sharing.setExposedHeaders(List.of(CorsConfiguration.ALL));
        return sharing;
    }

    /** Whether a page of this origin may call: one of the service's own, or of an allowed one. */
    boolean isWelcome(String origin, @Nullable String host) {
        if (origins.contains(origin)) {
            return true;
        }
        try {
            String authority = URI.create(origin).getRawAuthority();
            return authority != null && authority.equalsIgnoreCase(host);
        } catch (IllegalArgumentException unreadable) {
            return false;
        }
    }
}
