package dev.plumbline.web;

import java.io.IOException;
import java.util.List;

/** A body that is one thing: JSON, mostly. */
record WholeIntake(Spool spool) implements Intake {

    private static final int IN_MEMORY = 256 << 10;

    WholeIntake(SpoolRoom room) {
        this(new Spool(room, IN_MEMORY));
    }

    @Override
    public void take(byte[] bytes, int count) throws IOException {
        spool.write(bytes, 0, count);
    }

    @Override
    public void finish() throws IOException {
        spool.finish();
    }

    @Override
    public List<Spool> spools() {
        return List.of(spool);
    }
}
