/**
 * A small assembler for WebAssembly: kernels are written as nested calls, one for each instruction, named as in the
 * specification, and become a module when the program starts. TypeScript checks what kind of value every instruction takes.
 * There is nothing to build and nothing to ship beside the bundle.
 */

/** What an instruction leaves: a number, four (or more) numbers side by side, or nothing. */
export type Kind = 'i32' | 'f64' | 'v128' | 'none';
export type NumberKind = Exclude<Kind, 'none'>;

/** Instructions that leave a value of this kind. */
export interface Code<K extends Kind = Kind> {
  readonly kind: K;
  readonly bytes: readonly number[];
}

/** A variable; as code it is its value. */
export interface Local<K extends NumberKind> extends Code<K> {
  set(value: Code<K>): Code<'none'>;
}

/** What a kernel is called with, by name. */
type Parameters = Record<string, 'i32' | 'f64'>;
type Arguments<P extends Parameters> = { readonly [N in keyof P]: Local<P[N]> };

export interface Kernel {
  readonly parameters: readonly NumberKind[];
  readonly locals: readonly NumberKind[];
  readonly body: readonly number[];
}

const kindBytes: Record<NumberKind, number> = { i32: 0x7f, f64: 0x7c, v128: 0x7b };

/** Code with these bytes after its operands. */
export function emit<K extends Kind>(kind: K, operands: readonly Code[], ...bytes: number[]): Code<K> {
  return { kind, bytes: [...operands.flatMap((operand) => operand.bytes), ...bytes] };
}

/** LEB128 without sign. */
export function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** LEB128 with sign. */
export function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}

/** Makes a kernel of its parameters and what `write` writes with them; `local` gives a new variable. */
export function kernel<P extends Parameters>(
  parameters: P,
  write: (p: Arguments<P>, local: <K extends NumberKind>(kind: K) => Local<K>) => readonly Code<'none'>[],
): Kernel & { readonly takes: P } {
  const kinds: NumberKind[] = Object.values(parameters);
  const count = kinds.length;
  const local = <K extends NumberKind>(kind: K): Local<K> => variable(kind, kinds.push(kind) - 1);
  const given = Object.fromEntries(
    Object.entries(parameters).map(([name, kind], index) => [name, variable(kind, index)]),
  );
  const body = write(given as Arguments<P>, local).flatMap(({ bytes }) => bytes);
  return { takes: parameters, parameters: kinds.slice(0, count), locals: kinds.slice(count), body };
}

function variable<K extends NumberKind>(kind: K, index: number): Local<K> {
  return {
    kind,
    bytes: [0x20, ...unsigned(index)],
    set: (value) => emit('none', [value], 0x21, ...unsigned(index)),
  };
}

/** Runs `body` as long as `condition` is not 0. */
export function whileLoop(condition: Code<'i32'>, body: readonly Code<'none'>[]): Code<'none'> {
  const inner = [...condition.bytes, 0x45, 0x0d, 1, ...body.flatMap(({ bytes }) => bytes), 0x0c, 0];
  return { kind: 'none', bytes: [0x02, 0x40, 0x03, 0x40, ...inner, 0x0b, 0x0b] };
}

/** Runs `body` when `condition` is not 0. */
export function when(condition: Code<'i32'>, body: readonly Code<'none'>[]): Code<'none'> {
  return {
    kind: 'none',
    bytes: [...condition.bytes, 0x04, 0x40, ...body.flatMap(({ bytes }) => bytes), 0x0b],
  };
}

const section = (id: number, content: readonly number[]) => [id, ...unsigned(content.length), ...content];
const list = (items: readonly (readonly number[])[]) => [...unsigned(items.length), ...items.flat()];
const text = (value: string) => [...unsigned(value.length), ...Buffer.from(value, 'latin1')];

/** The module of these kernels, each exported under its name, and of the memory they work in, exported as `memory`. */
export function assemble(kernels: Readonly<Record<string, Kernel>>): Uint8Array<ArrayBuffer> {
  const all = Object.entries(kernels);
  const types = all.map(([, { parameters }]) => [0x60, ...list(parameters.map((k) => [kindBytes[k]])), 0]);
  const code = all.map(([, { locals, body }]) => {
    const whole = [...list(locals.map((k) => [1, kindBytes[k]])), ...body, 0x0b];
    return [...unsigned(whole.length), ...whole];
  });
  const exported = all.map(([name], index) => [...text(name), 0, ...unsigned(index)]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(types)),
    ...section(3, list(all.map((_, index) => unsigned(index)))),
    ...section(5, list([[0, 1]])),
    ...section(7, list([...exported, [...text('memory'), 2, 0]])),
    ...section(10, list(code)),
  ]);
}
