package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A directory from which files are read by names that strangers write: nothing outside of it, and no links below it, whether
 * of the file or of a directory on the way. The directory itself may be a link; whoever allows it says where.
 */
public final class Directory implements ExternalFiles {

    private static final String EXPECTED =
            "a path of directories and a file below the directory, such as run7/model.onnx";
    private static final int LONGEST = 1024;

    private final Path root;

    private Directory(Path root) {
        this.root = root;
    }

    /** @throws IOException where it is no directory */
    public static Directory of(Path root) throws IOException {
        Path real = root.toRealPath();
        if (!Files.isDirectory(real)) {
            throw new IOException(root + " is no directory");
        }
        return new Directory(real);
    }

    /** The directory that holds a file which {@link #find} finds. */
    public Directory beside(String location) {
        Path parent = root.resolve(path(location)).getParent();
        return parent == null ? this : new Directory(parent);
    }

    @Override
    public @Nullable ExternalFile find(String location) {
        try {
            Path place = regularFile(location);
            return place == null ? null : ExternalFile.of(place, Files.size(place));
        } catch (IOException unreadable) {
            return null;
        }
    }

    /** Where a file lies; null where there is none of this name. */
    @Nullable
    Path regularFile(String location) {
        Path relative = path(location);
        Path place = root;
        BasicFileAttributes attributes = null;
        try {
            for (Path step : relative) {
                if (attributes != null && !attributes.isDirectory()) {
                    return null;
                }
                place = place.resolve(step);
                if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                    return null;
                }
                attributes = Files.readAttributes(place, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                if (attributes.isSymbolicLink()) {
                    throw Problem.invalid("", "links are not followed here", location, EXPECTED);
                }
            }
            boolean isFile = attributes != null && attributes.isRegularFile();
            return isFile && place.toRealPath().equals(place) ? place : null;
        } catch (IOException unreadable) {
            return null;
        }
    }

    /** The path that a name means, without anything that could lead out of the directory. */
    private static Path path(String location) {
        boolean strange = location.isEmpty() || location.length() > LONGEST || location.indexOf('\\') >= 0;
        for (String step : location.split("/", -1)) {
            strange |= step.isEmpty() || step.equals(".") || step.equals("..");
        }
        try {
            Path path = Path.of(location);
            if (!strange && !path.isAbsolute()) {
                return path;
            }
        } catch (InvalidPathException unspeakable) {
            // refused below, with the others
        }
        throw Problem.invalid("", "this name could lead out of the directory", location, EXPECTED);
    }
}
