package dev.plumbline.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** Opens files that are what they seem: a name that became a link since it was looked at is not followed. */
final class RegularFile {

    private RegularFile() {}

    /** The file's bytes; to skip is to seek. */
    static InputStream open(Path path) throws IOException {
        SeekableByteChannel channel =
                Files.newByteChannel(path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        InputStream bytes = Channels.newInputStream(channel);
        return new InputStream() {
            @Override
            public int read() throws IOException {
                return bytes.read();
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                return bytes.read(buffer, offset, length);
            }

            @Override
            public void skipNBytes(long count) throws IOException {
                channel.position(channel.position() + count);
            }

            @Override
            public void close() throws IOException {
                bytes.close();
            }
        };
    }
}
