package dev.plumbline.web;

import java.io.IOException;
import java.util.List;

/** Where a body goes piece by piece, as it comes. */
sealed interface Intake permits WholeIntake, PartsIntake {

    void take(byte[] bytes, int count) throws IOException;

    /** The body is here in full. */
    void finish() throws IOException;

    /** What is kept until the request is over. */
    List<Spool> spools();
}
