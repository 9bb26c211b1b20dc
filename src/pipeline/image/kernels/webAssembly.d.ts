/** What is used of WebAssembly's programming interface, which Node has and its types leave to those of browsers. */
declare namespace WebAssembly {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- a module is only handed on
  interface Module {}
  const Module: new (code: Uint8Array<ArrayBuffer>) => Module;
  class Instance {
    constructor(module: Module);
    readonly exports: Record<string, unknown>;
  }
  class Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
}
