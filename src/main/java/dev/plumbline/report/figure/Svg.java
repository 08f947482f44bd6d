package dev.plumbline.report.figure;

/** A drawing, element by element. Lengths are in the drawing's own units, a tenth of which is the finest told. */
final class Svg {

    private final StringBuilder out = new StringBuilder(4096);

    /** @param words for those who do not see it */
    Svg(double width, double height, String words) {
        out.append("<svg viewBox=\"0 0 ");
        number(width).append(' ');
        number(height).append("\" role=\"img\" aria-label=\"").append(Markup.escaped(words));
        out.append("\" style=\"max-width:");
        number(width).append("px\">");
    }

    Svg rectangle(String style, double x, double y, double width, double height) {
        return element("rect", style)
                .attribute("x", x)
                .attribute("y", y)
                .attribute("width", width)
                .attribute("height", height)
                .end();
    }

    Svg line(String style, double x1, double y1, double x2, double y2) {
        return element("line", style)
                .attribute("x1", x1)
                .attribute("y1", y1)
                .attribute("x2", x2)
                .attribute("y2", y2)
                .end();
    }

    Svg path(String style, Path path) {
        if (!path.isEmpty()) {
            out.append("<path class=\"")
                    .append(style)
                    .append("\" d=\"")
                    .append(path)
                    .append("\"/>");
        }
        return this;
    }

    /** @param anchor {@code start}, {@code middle} or {@code end} */
    Svg text(String style, double x, double y, String anchor, String text) {
        element("text", style).attribute("x", x).attribute("y", y);
        out.append(" text-anchor=\"").append(anchor).append("\">").append(Markup.escaped(text));
        out.append("</text>");
        return this;
    }

    private Svg element(String tag, String style) {
        out.append('<').append(tag).append(" class=\"").append(style).append('"');
        return this;
    }

    private Svg attribute(String name, double value) {
        out.append(' ').append(name).append("=\"");
        number(value).append('"');
        return this;
    }

    private Svg end() {
        out.append("/>");
        return this;
    }

    private StringBuilder number(double value) {
        return Path.append(out, value);
    }

    @Override
    public String toString() {
        return out + "</svg>";
    }

    /** The way of a pen. */
    static final class Path {

        private final StringBuilder out = new StringBuilder();

        Path move(double x, double y) {
            return step('M', x, y);
        }

        Path line(double x, double y) {
            return step('L', x, y);
        }

        /** A dot, as round as the style's line ends are. */
        Path dot(double x, double y) {
            step('M', x, y);
            out.append("h0");
            return this;
        }

        /** A filled field. */
        Path field(double x, double y, double width, double height) {
            step('M', x, y);
            append(out.append('h'), width);
            append(out.append('v'), height);
            append(out.append('h'), -width);
            out.append('z');
            return this;
        }

        /** Down from one point to another, leaving and arriving upright. */
        Path curve(double x1, double y1, double x2, double y2) {
            double middle = (y1 + y2) / 2;
            step('M', x1, y1);
            append(out.append('C'), x1).append(' ');
            append(out, middle).append(' ');
            append(out, x2).append(' ');
            append(out, middle).append(' ');
            append(out, x2).append(' ');
            append(out, y2);
            return this;
        }

        private Path step(char pen, double x, double y) {
            append(out.append(pen), x).append(' ');
            append(out, y);
            return this;
        }

        boolean isEmpty() {
            return out.isEmpty();
        }

        /** To a tenth; what is not finite would not be drawn, and is not told either. */
        static StringBuilder append(StringBuilder out, double value) {
            long tenths = Double.isFinite(value) ? Math.round(value * 10) : 0;
            if (tenths < 0) {
                out.append('-');
                tenths = -tenths;
            }
            out.append(tenths / 10);
            return tenths % 10 == 0 ? out : out.append('.').append(tenths % 10);
        }

        @Override
        public String toString() {
            return out.toString();
        }
    }
}
