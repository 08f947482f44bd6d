package dev.plumbline.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Who may call, configured as {@code plumbline.api-keys.<name>: <SHA-256 of the key, in hex>}; the keys themselves are
 * kept nowhere. Keys are meant to be long and random ({@code openssl rand -hex 32}), for which a fast hash is enough. A name
 * may have several, between commas: while a key is replaced, the old one and the new one open the same door.
 *
 * @param apiKeys hashes by name; none at all lets everybody call
 */
@ConfigurationProperties("plumbline")
record ApiKeys(Map<String, String> apiKeys) {

    private static final String SEPARATOR = "\\s*,\\s*";

    /** One of a name's keys. */
    private record Known(String owner, byte[] hash) {}

    ApiKeys(@Nullable Map<String, String> apiKeys) {
        this.apiKeys = apiKeys == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(apiKeys));
        requireOneOwnerEach();
    }

    boolean isOpen() {
        return apiKeys.isEmpty();
    }

    /** The name that {@code key} belongs to. Looks at every hash in full, so the time it takes gives nothing away. */
    Optional<String> owner(String key) {
        byte[] hash = sha256(key);
        String owner = null;
        for (Known known : known()) {
            if (MessageDigest.isEqual(hash, known.hash())) {
                owner = known.owner();
            }
        }
        return Optional.ofNullable(owner);
    }

    private void requireOneOwnerEach() {
        Map<String, String> owners = new HashMap<>();
        for (Known known : known()) {
            String other = owners.putIfAbsent(HexFormat.of().formatHex(known.hash()), known.owner());
            if (other != null && !other.equals(known.owner())) {
                throw new IllegalArgumentException("plumbline.api-keys." + other + " and plumbline.api-keys."
                        + known.owner() + " have the same hash: a key belongs to one name");
            }
        }
    }

    private List<Known> known() {
        List<Known> known = new ArrayList<>();
        apiKeys.forEach((name, hashes) -> {
            for (String hash : hashes.strip().split(SEPARATOR, -1)) {
                known.add(new Known(name, bytes(name, hash)));
            }
        });
        return known;
    }

    private static byte[] sha256(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    private static byte[] bytes(String name, String hash) {
        if (!hash.matches("[0-9a-fA-F]{64}")) {
            throw new IllegalArgumentException("plumbline.api-keys." + name
                    + " must be the SHA-256 of a key in 64 hex digits, or several between commas: printf %s \"$KEY\" |"
                    + " sha256sum");
        }
        return HexFormat.of().parseHex(hash);
    }
}
