/**
 * A small language for models that fit in a sentence: {@code mean((x @ w - y)^2) / 2}. Text becomes tokens ({@link
 * dev.plumbline.reader.formula.Lexer}), tokens become expressions ({@link dev.plumbline.reader.formula.Parser}), and, once
 * the shapes of parameters and data are known, expressions become nodes ({@link
 * dev.plumbline.reader.formula.FormulaCompiler}). Open {@link dev.plumbline.reader.formula.Formula} first: it describes
 * the language; the functions are the tables beside {@link dev.plumbline.reader.formula.Functions}.
 */
@NullMarked
package dev.plumbline.reader.formula;

import org.jspecify.annotations.NullMarked;
