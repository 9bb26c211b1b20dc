import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parse, type Font, type Glyph } from 'opentype.js';
import sharp from 'sharp';
import { FaceSwapError } from '../../protocol/errors';

/** A line of text at one size. Width and height are those of its box, in whole pixels, and even. */
export interface TextMeasure {
  /** Of the letters: the font's em in pixels. */
  size: number;
  width: number;
  height: number;
  /** The letters as an SVG path in the box. */
  path(): string;
}

/** Between letters and the edge of their box, as a share of their size. */
const paddingShare = 0.3;

/** Scripts whose letters stand one after the other, from left to right, and do not change with their neighbours. */
const plainScripts = /^[\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Common}]$/u;

let loading: Promise<Font> | undefined;

/** The font that comes along: machines without any fonts draw the same label. */
export function openLabelFont(): Promise<Font> {
  loading ??= readFile(fontFile()).then(({ buffer, byteOffset, length }) =>
    parse(buffer.slice(byteOffset, byteOffset + length)),
  );
  return loading;
}

/** Beside the bundle; in a checkout, in the package. */
function fontFile(): string {
  const shipped = path.join(__dirname, 'fonts', 'DejaVuSans-Bold.ttf');
  return existsSync(shipped)
    ? shipped
    : createRequire(__filename).resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf');
}

/** Lays a line of text out. Throws `label-not-drawable` for characters that the font has no picture of. */
export function measureText(font: Font, text: string): (size: number) => TextMeasure {
  const characters = Array.from(text);
  const glyphs = characters.map((character) => font.charToGlyph(character));
  const missing = characters.filter((character, i) => !plainScripts.test(character) || !glyphs[i].index);
  if (missing.length > 0) {
    throw new FaceSwapError('label-not-drawable', { characters: [...new Set(missing)].join(' ') });
  }
  const places = placesOf(font, glyphs);
  return (size) => {
    const scale = size / font.unitsPerEm;
    const padding = paddingShare * size;
    const base = padding / 2 + font.ascender * scale;
    const even = (pixels: number): number => 2 * Math.ceil(pixels / 2);
    return {
      size,
      width: even(places[glyphs.length] * scale + 2 * padding),
      height: even((font.ascender - font.descender) * scale + padding),
      path: () =>
        glyphs
          .map((glyph, i) => glyph.getPath(padding + places[i] * scale, base, size).toPathData(2))
          .join(''),
    };
  };
}

/** Where each letter begins, and after the last one where the line ends, in the font's units. */
function placesOf(font: Font, glyphs: readonly Glyph[]): number[] {
  const places = [0];
  glyphs.forEach((glyph, i) => {
    const kerning = i + 1 < glyphs.length ? font.getKerningValue(glyph, glyphs[i + 1]) : 0;
    places.push(places[i] + glyph.advanceWidth + kerning);
  });
  return places;
}

/** How far the letters cover each pixel of their box, 0–1, row by row. */
export async function paintText(measure: TextMeasure): Promise<Float32Array> {
  const { width, height } = measure;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><path d="${measure.path()}"/></svg>`;
  const alpha = await sharp(Buffer.from(svg)).extractChannel('alpha').raw({ depth: 'uchar' }).toBuffer();
  return Float32Array.from(alpha, (value) => value / 255);
}
