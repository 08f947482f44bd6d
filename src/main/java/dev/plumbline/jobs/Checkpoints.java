package dev.plumbline.jobs;

import java.util.Optional;

/** How work that is a chain goes on after a crash: it keeps its whole state now and then, and begins from the last. */
public interface Checkpoints {

    /** Of work that is not a job: nothing is kept. */
    Checkpoints NONE = new Checkpoints() {
        @Override
        public Optional<byte[]> last() {
            return Optional.empty();
        }

        @Override
        public boolean isDue() {
            return false;
        }

        @Override
        public void keep(byte[] state) {}
    };

    /** What an earlier attempt has kept last. */
    Optional<byte[]> last();

    /** Whether some time has gone by since the last one; quick, to be asked after every step. */
    boolean isDue();

    /** Keeps a state in place of the last one. */
    void keep(byte[] state);
}
