// opentype.js brings no types; these are the parts that are used here, as its documentation describes them.
declare module 'opentype.js' {
  export interface Glyph {
    /** 0 for a character that the font has no picture of. */
    index: number;
    advanceWidth: number;
    getPath(x: number, y: number, fontSize: number): { toPathData(decimals: number): string };
  }

  export interface Font {
    unitsPerEm: number;
    ascender: number;
    descender: number;
    charToGlyph(character: string): Glyph;
    getKerningValue(left: Glyph, right: Glyph): number;
  }

  export function parse(font: ArrayBuffer): Font;
}
