package dev.plumbline.reader.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be a network is refused with the layer, what was got and what was expected. */
class LayerRefusalTests {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | /layers",
                "[{}] | /layers/0/type",
                "[{'type':'dence','units':1}] | /layers/0/type",
                "[{'type':'relu'},{'type':'dense'}] | /layers/1/units",
                "[{'type':'dense','units':0}] | /layers/0/units",
                "[{'type':'dense','units':1.5}] | /layers/0/units",
                "[{'type':'dense','units':'2'}] | /layers/0/units",
                "[{'type':'dense','units':2,'unit':3}] | /layers/0/unit",
                "[{'type':'dense','units':2,'activation':'rely'}] | /layers/0/activation/kind",
                "[{'type':'dense','units':2,'activation':{'kind':'relu','slope':1}}] | /layers/0/activation/slope",
                "[{'type':'dense','units':2,'initializer':{'kind':'normal','scale':-1}}] | /layers/0/initializer/scale",
                "[{'type':'dense','units':2,'bias':false,'biasInitializer':'ones'}] | /layers/0/biasInitializer",
                "[{'type':'conv2d','filters':2,'kernel':3,'bias':false,'biasInitializer':'ones'}] | /layers/0/biasInitializer",
                "[{'type':'conv2d','filters':2,'kernel':0}] | /layers/0/kernel",
                "[{'type':'conv2d','filters':2,'kernel':[3]}] | /layers/0/kernel",
                "[{'type':'conv2d','filters':2,'kernel':3,'stride':0}] | /layers/0/stride",
                "[{'type':'conv2d','filters':2,'kernel':3,'stride':2,'padding':'same'}] | /layers/0/padding",
                "[{'type':'conv2d','filters':2,'kernel':3,'padding':'full'}] | /layers/0/padding",
                "[{'type':'conv2d','filters':3,'kernel':3,'groups':2}] | /layers/0/groups",
                "[{'type':'avgPool2d','kernel':2,'dilation':2}] | /layers/0/dilation",
                "[{'type':'dropout','rate':1}] | /layers/0/rate",
                "[{'type':'batchNorm'}] | /layers/0/mode",
                "[{'type':'reshape','shape':[-1,-1]}] | /layers/0/shape",
                "[{'type':'lstm'}] | /layers/0/units",
                "[{'type':'lstm','units':2,'layers':0}] | /layers/0/layers",
                "[{'type':'lstm','units':2,'projection':2}] | /layers/0/projection",
                "[{'type':'gru','units':2,'projection':1}] | /layers/0/projection",
                "[{'type':'lstm','units':2,'dropout':0.5}] | /layers/0/dropout",
                "[{'type':'rnn','units':2,'nonlinearity':'sigmoid'}] | /layers/0/nonlinearity",
                "[{'type':'multiHeadAttention'}] | /layers/0/heads",
                "[{'type':'multiHeadAttention','heads':1,'mask':3}] | /layers/0/mask",
                "[{'type':'multiHeadAttention','heads':1,'inputs':['x','x','x','x']}] | /layers/0/inputs",
                "[{'type':'transformerEncoderLayer','heads':1,'activation':'tanh'}] | /layers/0/activation",
                "[{'type':'transformerEncoder','heads':1}] | /layers/0/layers",
                "[{'type':'convTranspose1d','filters':1,'kernel':2,'outputPadding':1}] | /layers/0/outputPadding",
                "[{'type':'convTranspose1d','filters':1,'kernel':2,'padding':'same'}] | /layers/0/padding",
                "[{'type':'conv3d','filters':1,'kernel':[1,2]}] | /layers/0/kernel",
                "[{'type':'groupNorm'}] | /layers/0/groups",
                "[{'type':'rmsNorm','epsilon':0}] | /layers/0/epsilon",
                "[{'type':'softplus','beta':0}] | /layers/0/beta",
                "[{'type':'hardTanh','low':1,'high':0}] | /layers/0/high",
                "[{'type':'softShrink','lambda':-1}] | /layers/0/lambda",
                "[{'type':'add'}] | /layers/0/inputs",
                "[{'type':'add','inputs':[]}] | /layers/0/inputs",
                "[{'type':'add','inputs':'x'}] | /layers/0/inputs",
                "[{'type':'relu','inputs':['x','x']}] | /layers/0/inputs",
                "[{'type':'dense','units':1,'tied':3}] | /layers/0/tied",
                "[{'type':'upsample2d','scale':2,'alignCorners':true}] | /layers/0/alignCorners",
                "[{'type':'relu','name':'a'},{'type':'relu','name':'a'}] | /layers/1/name"
            })
    void pointsAtTheAttribute(String layers, String pointer) {
        Problem problem = catchThrowableOfType(Problem.class, () -> LayersModelTests.read(layers));
        assertThat(problem).isNotNull();
        assertThat(problem.pointer()).isEqualTo(pointer);
        assertThat(problem.expected()).isNotEmpty();
    }

    /** The refusals list what there is, and what there is must be described where callers look. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'?'}",
                "{'type':'dense','units':1,'?':1}",
                "{'type':'conv2d','filters':1,'kernel':1,'?':1}",
                "{'type':'maxPool2d','kernel':1,'?':1}",
                "{'type':'avgPool2d','kernel':1,'?':1}",
                "{'type':'reshape','shape':[1],'?':1}",
                "{'type':'dropout','?':1}",
                "{'type':'batchNorm','mode':'inference','?':1}",
                "{'type':'layerNorm','?':1}",
                "{'type':'groupNorm','groups':1,'?':1}",
                "{'type':'instanceNorm','?':1}",
                "{'type':'rmsNorm','?':1}",
                "{'type':'prelu','?':1}",
                "{'type':'rnn','units':1,'?':1}",
                "{'type':'gru','units':1,'?':1}",
                "{'type':'lstm','units':1,'?':1}",
                "{'type':'rnn','units':1,'nonlinearity':'?'}",
                "{'type':'lstm','units':1,'output':'?'}",
                "{'type':'multiHeadAttention','heads':1,'?':1}",
                "{'type':'transformerEncoderLayer','heads':1,'?':1}",
                "{'type':'transformerEncoder','heads':1,'layers':1,'?':1}",
                "{'type':'convTranspose2d','filters':1,'kernel':1,'?':1}",
                "{'type':'adaptiveAvgPool2d','output':1,'?':1}",
                "{'type':'upsample2d','scale':2,'?':1}",
                "{'type':'upsample2d','scale':2,'mode':'?'}",
                "{'type':'add','inputs':['x'],'?':1}",
                "{'type':'concat','inputs':['x'],'?':1}",
                "{'type':'softplus','?':1}",
                "{'type':'hardTanh','?':1}",
                "{'type':'softShrink','?':1}",
                "{'type':'threshold','?':1}",
                "{'type':'embedding','entries':1,'units':1,'?':1}",
                "{'type':'leakyRelu','?':1}",
                "{'type':'elu','?':1}",
                "{'type':'gelu','?':1}",
                "{'type':'softmax','?':1}",
                "{'type':'dense','units':1,'initializer':'?'}",
                "{'type':'batchNorm','mode':'?'}"
            })
    void documentsAllThatItLists(String layer) throws IOException {
        Problem problem = catchThrowableOfType(Problem.class, () -> LayersModelTests.read("[" + layer + "]"));
        String described = Files.readString(Path.of("src/main/resources/descriptions.yaml"));
        assertThat(String.valueOf(problem.expected()).replace("one of ", "").split(", "))
                .hasSizeGreaterThan(1)
                .allSatisfy(name -> assertThat(described).contains("`" + name + "`"));
    }

    @Test
    void refusesArticleFivesColourImagesAtTheFirstConvolution() {
        Problem problem = built(LayersModelTests.CNN, List.of(1, 28, 28), Shape.of(4, 3, 32, 32));
        assertThat(problem.pointer()).isEqualTo("/layers/0");
        assertThat(problem.explanation()).contains("layer 0 (conv2d)", "channels");
        assertThat(problem.got()).contains("3", "[4, 3, 32, 32]");
        assertThat(problem.expected()).isEqualTo("1 channels");
    }

    @Test
    void refusesLargerImagesAtTheDenseLayerBehindTheFlatten() {
        Problem problem = built(LayersModelTests.CNN, List.of(1, 28, 28), Shape.of(4, 1, 32, 32));
        assertThat(problem.pointer()).isEqualTo("/layers/7");
        assertThat(problem.explanation()).contains("layer 7 (dense)");
        assertThat(problem.got()).contains("2304", "[4, 2304]");
        assertThat(problem.expected()).isEqualTo("1600 features");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{'type':'conv2d','filters':1,'kernel':3}] | /layers/0",
                "[{'type':'relu'},{'type':'conv1d','filters':1,'kernel':9}] | /layers/1",
                "[{'type':'conv1d','filters':2,'kernel':1,'groups':2}] | /layers/0",
                "[{'type':'reshape','shape':[4]}] | /layers/0",
                "[{'type':'softmax','axis':5}] | /layers/0",
                "[{'type':'layerNorm','axes':3}] | /layers/0",
                "[{'type':'groupNorm','groups':2}] | /layers/0",
                "[{'type':'multiHeadAttention','heads':2}] | /layers/0",
                "[{'type':'flatten'},{'type':'lstm','units':2}] | /layers/1",
                "[{'type':'glu'}] | /layers/0",
                "[{'type':'prelu','slopes':2}] | /layers/0",
                "[{'type':'conv3d','filters':1,'kernel':1}] | /layers/0",
                "[{'type':'convTranspose1d','filters':1,'kernel':1,'padding':9}] | /layers/0",
                "[{'type':'dense','units':4},{'type':'add','inputs':['0','x']}] | /layers/1",
                "[{'type':'dense','units':2},{'type':'dense','units':3,'inputs':['x'],'tied':{'weight':'0.weight'}}] | /layers/1/tied",
                "[{'type':'dense','units':2},{'type':'dense','units':2,'tied':'1'}] | /layers/1/tied",
                "[{'type':'batchNorm','mode':'inference','mean':[1,2]}] | /layers/0/mean",
                "[{'type':'batchNorm','mode':'inference','variance':[1,0,-1]}] | /layers/0/variance/2"
            })
    void pointsAtTheLayerThatDoesNotFit(String layers, String pointer) {
        Problem problem = built(layers, null, Shape.of(2, 3, 5));
        assertThat(problem.pointer()).isEqualTo(pointer);
        assertThat(problem.explanation()).startsWith("layer ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{'type':'dense','units':1073741824}] | /layers/0/units",
                "[{'type':'flatten'},{'type':'dense','units':100000000}] | /layers/1/units",
                "[{'type':'embedding','entries':1073741824,'units':1073741824}] | /layers/0/entries",
                "[{'type':'embedding','entries':1073741824,'units':1}] | /layers/0/entries",
                "[{'type':'conv1d','filters':2,'kernel':1073741824}] | /layers/0/kernel",
                "[{'type':'conv1d','filters':1073741824,'kernel':2}] | /layers/0/filters",
                "[{'type':'maxPool1d','kernel':2,'stride':1073741824}] | /layers/0/stride"
            })
    void pointsAtASizeBeyondAllMemory(String layers, String pointer) {
        Problem problem = built(layers, null, Shape.of(2, 3, 5));
        assertThat(problem.code()).isEqualTo(Problem.Code.LIMIT);
        assertThat(problem.pointer()).isEqualTo(pointer);
        assertThat(problem.expected()).contains("at most");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",'padding':'same'"})
    void refusesAKernelThatReachesBeyondAllIntegers(String padding) {
        String layers = "[{'type':'conv2d','filters':1,'kernel':536870912,'dilation':536870912" + padding + "}]";
        Problem problem = built(layers, null, Shape.of(2, 3, 5, 5));
        assertThat(problem.pointer()).isEqualTo("/layers/0/kernel");
    }

    @Test
    void refusesAParameterOfAnotherShapeAndDataUnderAnotherName() {
        String dense = "[{'type':'dense','units':2}]";
        Problem shape = catchThrowableOfType(Problem.class, () -> LayersModelTests.read(dense)
                .appendTo(new ProgramBuilder(), Map.of("0.weight", Shape.of(3, 2)), Map.of("x", Shape.of(1, 3))));
        assertThat(shape.pointer()).isEqualTo("/parameters/0.weight");
        assertThat(shape.got()).isEqualTo("[3, 2]");
        assertThat(shape.expected()).isEqualTo("[2, 3]");
        Problem name = catchThrowableOfType(Problem.class, () -> LayersModelTests.read(dense)
                .appendTo(new ProgramBuilder(), Map.of(), Map.of("images", Shape.of(1, 3))));
        assertThat(name.pointer()).isEqualTo("/data/x");
        assertThat(name.got()).contains("images");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'type':'dense','units':'3'} | a number is wanted here | a whole number from 1",
                "{'type':'dense','units':0} | this attribute is out of range | a whole number from 1",
                "{'type':'conv2d','filters':1,'kernel':1,'padding':'full'} | no such padding | same, valid, or whole numbers from 0"
            })
    void saysWhatWouldBeRight(String layer, String explanation, String expected) {
        Problem problem = catchThrowableOfType(Problem.class, () -> LayersModelTests.read("[" + layer + "]"));
        assertThat(problem.explanation()).isEqualTo(explanation);
        assertThat(problem.expected()).isEqualTo(expected);
    }

    private static Problem built(String layers, @org.jspecify.annotations.Nullable List<Integer> input, Shape x) {
        Problem problem =
                catchThrowableOfType(Problem.class, () -> LayersModel.read(LayersModelTests.json(layers), input, 42)
                        .appendTo(new ProgramBuilder(), Map.of(), Map.of("x", x)));
        assertThat(problem).isNotNull();
        return problem;
    }
}
