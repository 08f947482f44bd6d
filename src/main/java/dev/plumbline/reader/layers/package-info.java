/**
 * Networks as a JSON list of layers. Open {@link dev.plumbline.reader.layers.LayersModel} first: it walks the list;
 * {@link dev.plumbline.reader.layers.LayerKinds} is the list of what there is.
 */
@NullMarked
package dev.plumbline.reader.layers;

import org.jspecify.annotations.NullMarked;
