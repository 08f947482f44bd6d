package dev.plumbline.webhook;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;
import javax.net.ssl.SNIHostName;
import org.jspecify.annotations.Nullable;

/**
 * The machine behind a host, if anybody may be sent there: not this one, none in a private or shared network, none that only
 * a cloud's guests can reach (RFC 6890, and the metadata services). A host is resolved once, and all its addresses must
 * pass; the connection then goes to the first of them and not to what the name stands for a moment later.
 */
final class Addresses {

    /** As {@link InetAddress#getAllByName}. */
    @FunctionalInterface
    interface Resolver {
        InetAddress[] resolve(String host) throws IOException;
    }

    /** IPv4 blocks that no public server has: first byte, second byte, third byte, bits. */
    private static final int[][] CLOSED = {
        {0, 0, 0, 8}, // this network
        {10, 0, 0, 8},
        {100, 64, 0, 10}, // shared by customers of a carrier, and some clouds' metadata
        {127, 0, 0, 8},
        {169, 254, 0, 16}, // link-local, and most clouds' metadata
        {172, 16, 0, 12},
        {192, 0, 0, 24},
        {192, 0, 2, 24},
        {192, 88, 99, 24},
        {192, 168, 0, 16},
        {198, 18, 0, 15},
        {198, 51, 100, 24},
        {203, 0, 113, 24},
        {224, 0, 0, 3} // multicast and reserved
    };

    /** The one public address that answers only guests of a cloud (Azure). */
    private static final int[] AZURE = {168, 63, 129, 16};

    private static final int LAST_PORT = 65_535;

    /** Characters of a host's name as it is written; 255 bytes with the lengths of its labels (RFC 1035, 2.3.4). */
    private static final int LONGEST_NAME = 253;

    /** Nothing is ever found there (RFC 6761, 6.4). */
    private static final String NOWHERE = ".invalid";

    /** Of an IPv4 address. */
    private static final int BYTES = 4;

    private static final int BYTE = 255;

    private final WebhookTerms terms;
    private final Resolver resolver;

    Addresses(WebhookTerms terms, Resolver resolver) {
        this.terms = terms;
        this.resolver = resolver;
    }

    /** The reason why nobody is sent there; said without looking the name up. Null where there is none. */
    @Nullable
    String objection(URI address) {
        String host = host(address);
        boolean allowed = terms.allows(host);
        if (address.getPort() == 0 || address.getPort() > LAST_PORT) {
            return "there is no such port; the last is " + LAST_PORT;
        }
        if (!allowed && !isHost(host)) {
            return "no host can have this name, and no machine this number";
        }
        if ("http".equalsIgnoreCase(address.getScheme()) && !(allowed && isLoopback(host))) {
            return "http goes to this machine only, and only where plumbline.webhooks.allow lists it";
        }
        boolean literal = host.contains(":") || isNumber(host);
        boolean local = host.equals("localhost") || host.endsWith(".localhost");
        if (!allowed && (local || literal && !isPublicLiteral(host))) {
            return "this address is not public; the operator may list it under plumbline.webhooks.allow";
        }
        return null;
    }

    /** Whereto to connect. */
    InetAddress resolve(URI address) throws IOException {
        String objection = objection(address);
        if (objection != null) {
            throw new IOException(objection);
        }
        String host = host(address);
        InetAddress[] found = resolver.resolve(host);
        boolean http = "http".equalsIgnoreCase(address.getScheme());
        for (InetAddress each : found) {
            if (http ? !each.isLoopbackAddress() : !terms.allows(host) && !isPublic(each)) {
                throw new IOException("the host's address is not public; the operator may list the host under"
                        + " plumbline.webhooks.allow");
            }
        }
        if (found.length == 0) {
            throw new IOException("the host has no address");
        }
        return found[0];
    }

    /** Without the brackets of IPv6. */
    static String host(URI address) {
        String host = address.getHost().toLowerCase(Locale.ROOT);
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("::1") || host.matches("127\\.\\d+\\.\\d+\\.\\d+");
    }

    /** Whether something may be found under it: an address, or a name that DNS (RFC 1035) and TLS (RFC 6066) can carry. */
    private static boolean isHost(String host) {
        if (host.contains(":") || isNumber(host)) {
            return true;
        }
        try {
            SNIHostName carried = new SNIHostName(host);
            return carried.getEncoded().length <= LONGEST_NAME && !endsInNumber(host) && !host.endsWith(NOWHERE);
        } catch (IllegalArgumentException unfit) {
            return false;
        }
    }

    /** No domain is called so (RFC 3696, 2), and what ends in one stands for an address or nothing. */
    private static boolean endsInNumber(String host) {
        return host.substring(host.lastIndexOf('.') + 1).matches("[0-9]+|0x[0-9a-f]*");
    }

    /** An IPv4 address in one to four parts, of which the last stands for all bytes that are left. */
    static boolean isNumber(String host) {
        if (!host.matches("[0-9]{1,10}(\\.[0-9]{1,10}){0,3}")) {
            return false;
        }
        String[] parts = host.split("\\.");
        int last = parts.length - 1;
        for (int i = 0; i < last; i++) {
            if (Long.parseLong(parts[i]) > BYTE) {
                return false;
            }
        }
        return Long.parseLong(parts[last]) >>> (Byte.SIZE * (BYTES - last)) == 0;
    }

    private static boolean isPublicLiteral(String host) {
        try {
            return isPublic(InetAddress.getByName(host)); // looks nothing up: it is a number
        } catch (IOException e) {
            return false;
        }
    }

    static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        return address instanceof Inet4Address ? isPublic(bytes) : isPublic6(bytes);
    }

    private static boolean isPublic(byte[] bytes) {
        int number = number(bytes[0] & 255, bytes[1] & 255, bytes[2] & 255, bytes[3] & 255);
        for (int[] block : CLOSED) {
            int shift = 32 - block[3];
            if (number >>> shift == number(block[0], block[1], block[2], 0) >>> shift) {
                return false;
            }
        }
        return number != number(AZURE[0], AZURE[1], AZURE[2], AZURE[3]);
    }

    private static int number(int a, int b, int c, int d) {
        return a << 24 | b << 16 | c << 8 | d;
    }

    /** Global unicast, 2000::/3, without what stands for IPv4 (6to4, Teredo) or for nobody (documentation). */
    private static boolean isPublic6(byte[] bytes) {
        int first = (bytes[0] & 255) << 8 | bytes[1] & 255;
        int second = (bytes[2] & 255) << 8 | bytes[3] & 255;
        boolean global = first >>> 13 == 1;
        boolean special = first == 0x2002 || first == 0x2001 && (second < 0x200 || second == 0xdb8) || first == 0x3fff;
        return global && !special;
    }
}
