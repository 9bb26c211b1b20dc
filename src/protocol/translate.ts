/**
 * Gives a text in the language of its reader; `{0}`, `{1}` … stand for the arguments. Always called `t`, with a literal text,
 * so that a test can find every text there is.
 */
export type Translate = (text: string, ...args: (string | number)[]) => string;

/** Looks texts up by their English; what the table does not hold stays English. */
export function translator(texts: Readonly<Record<string, string>>): Translate {
  return (text, ...args) =>
    (texts[text] ?? text).replace(/\{(\d+)\}/g, (whole, index: string) =>
      String(args[Number(index)] ?? whole),
    );
}

/** The texts as they are written in the code. */
export const english = translator({});
