package dev.plumbline.web;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * HTTP as the container speaks it, and it can be asked whether somebody has hung up. The container itself notices only when
 * it reads or writes, and while an answer is computed it does neither.
 */
public final class ObservedHttp extends Http11NioProtocol {

    /** A connection, to be looked at while its request is answered and nobody else reads from it. */
    record Line(SocketWrapperBase<NioChannel> socket) {

        /**
         * Looks at the next byte, and puts it back where there is one: the beginning of a request that was sent ahead. An end
         * of what the caller sends counts as hanging up, as with most servers.
         */
        boolean isDead() {
            ByteBuffer next = ByteBuffer.allocate(1);
            try {
                if (socket.isClosed() || socket.read(false, next) < 0) {
                    return true;
                }
            } catch (IOException hungUp) {
                return true;
            }
            if (next.flip().hasRemaining()) {
                socket.unRead(next);
            }
            return false;
        }
    }

    /** By the connection's id; empty for one that is encrypted, from which only the container can read. */
    Optional<Line> line(String connectionId) {
        return getEndpoint().getConnections().stream()
                .filter(socket -> socket.getSocket() != null
                        && socket.getSocket().getClass() == NioChannel.class
                        && socket.getServletConnection("http/1.1", "")
                                .getConnectionId()
                                .equals(connectionId))
                .findFirst()
                .map(Line::new);
    }

    /** On the caller of this connection, whoever writes to it or reads from it. */
    void hangUp(String connectionId) {
        getEndpoint().getConnections().stream()
                .filter(socket -> socket.getServletConnection("http/1.1", "")
                        .getConnectionId()
                        .equals(connectionId))
                .forEach(SocketWrapperBase::close);
    }

    /** Threads that could take a request now. */
    int idleThreads() {
        return getMaxThreads() - getEndpoint().getCurrentThreadsBusy();
    }
}
