package dev.plumbline.optimize.session;

import dev.plumbline.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** @param parameters to begin again with, of the names and shapes of the old ones; the present ones where not given */
public record SessionResetRequest(@Nullable Map<String, Tensor> parameters) {

    static final SessionResetRequest EMPTY = new SessionResetRequest(null);
}
