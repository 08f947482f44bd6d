package dev.plumbline.reader;

/** How a file has to be exported for its weights to be those of the pipeline: the page {@code /exporting} in short. */
public final class Exporting {

    /** For weights that constant folding renamed, moved or computed. */
    public static final String KEEPING_NAMES =
            "a file exported with do_constant_folding=False and training=torch.onnx.TrainingMode.PRESERVE in torch.onnx.export (from PyTorch 2.5 on: dynamo=True, optimize=False), which keeps weights and names: see /exporting";

    private Exporting() {}
}
