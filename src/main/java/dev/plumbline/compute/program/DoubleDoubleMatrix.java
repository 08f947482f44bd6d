package dev.plumbline.compute.program;

/** A matrix inside an array of double-doubles; a step of each kind leads to the next row and the next column. */
record DoubleDoubleMatrix(DoubleDoubles values, int offset, int rows, int columns, int rowStep, int columnStep) {

    /** Row-major from {@code offset}. */
    static DoubleDoubleMatrix of(DoubleDoubles values, int offset, int rows, int columns) {
        return new DoubleDoubleMatrix(values, offset, rows, columns, columns, 1);
    }

    DoubleDoubleMatrix transposed() {
        return new DoubleDoubleMatrix(values, offset, columns, rows, columnStep, rowStep);
    }

    /** The product, not yet computed. */
    record Product(DoubleDoubleMatrix a, DoubleDoubleMatrix b, boolean skipsZeros) {

        /** Rows of b into rows of c, whose elements do not wait for each other as the terms of one sum would. */
        void addTo(DoubleDoubleMatrix c) {
            for (int i = 0; i < a.rows; i++) {
                for (int k = 0; k < a.columns; k++) {
                    DoubleDouble factor = a.at(i, k);
                    if (!(skipsZeros && factor.isZero())) {
                        addRow(factor, k, c, i);
                    }
                }
            }
        }

        private void addRow(DoubleDouble factor, int k, DoubleDoubleMatrix c, int i) {
            int from = b.offset + k * b.rowStep;
            int to = c.offset + i * c.rowStep;
            for (int j = 0; j < b.columns; j++, from += b.columnStep, to += c.columnStep) {
                c.values.add(to, factor.times(b.values.at(from)));
            }
        }
    }

    private DoubleDouble at(int row, int column) {
        return values.at(offset + row * rowStep + column * columnStep);
    }

    Product times(DoubleDoubleMatrix b) {
        return new Product(this, b, false);
    }

    /** The product where this holds cotangents: one that is 0 contributes 0, whatever it meets. */
    Product pulledBackBy(DoubleDoubleMatrix b) {
        return new Product(this, b, true);
    }
}
