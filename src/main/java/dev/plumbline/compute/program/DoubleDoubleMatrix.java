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

        void addTo(DoubleDoubleMatrix c) {
            for (int i = 0; i < c.rows; i++) {
                for (int j = 0; j < c.columns; j++) {
                    c.values.add(c.offset + i * c.rowStep + j * c.columnStep, entry(i, j));
                }
            }
        }

        /** A row of a times a column of b, on numbers rather than records since every large model lives here. */
        private DoubleDouble entry(int row, int column) {
            double[] aHi = a.values.hi();
            double[] aLo = a.values.lo();
            double[] bHi = b.values.hi();
            double[] bLo = b.values.lo();
            DoubleDouble sum = DoubleDouble.ZERO;
            int p = a.offset + row * a.rowStep;
            int q = b.offset + column * b.columnStep;
            for (int k = 0; k < a.columns; k++, p += a.columnStep, q += b.rowStep) {
                if (!(skipsZeros && aHi[p] == 0)) {
                    sum = sum.plus(new DoubleDouble(aHi[p], aLo[p]).times(new DoubleDouble(bHi[q], bLo[q])));
                }
            }
            return sum;
        }
    }

    Product times(DoubleDoubleMatrix b) {
        return new Product(this, b, false);
    }

    /** The product where this holds cotangents: one that is 0 contributes 0, whatever it meets. */
    Product pulledBackBy(DoubleDoubleMatrix b) {
        return new Product(this, b, true);
    }
}
