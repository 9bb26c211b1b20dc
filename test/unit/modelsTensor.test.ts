import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Message } from '../../models/build/protobuf';
import { slide } from '../../models/build/padding';
import { constantFromBytes, halfToFloat, permute, resolveShape } from '../../models/build/tensor';

test('half floats: normal, subnormal, signed zero, infinite, not a number', () => {
  const known: [bits: number, value: number][] = [
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0x0400, 2 ** -14],
    [0x0001, 2 ** -24],
    [0x83ff, -1023 * 2 ** -24],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, NaN],
  ];
  for (const [bits, value] of known) assert.ok(Object.is(halfToFloat(bits), value), bits.toString(16));
});

test('permute moves axes as numpy.transpose does', () => {
  // [[[0, 1, 2], [3, 4, 5]]], shape 1×2×3.
  const constant = { type: 'int32', shape: [1, 2, 3], data: Int32Array.of(0, 1, 2, 3, 4, 5) } as const;
  assert.deepEqual(permute(constant, [2, 0, 1]), {
    type: 'int32',
    shape: [3, 1, 2],
    data: Int32Array.of(0, 3, 1, 4, 2, 5),
  });
  assert.deepEqual(permute(constant, [0, 2, 1]).data, Int32Array.of(0, 3, 1, 4, 2, 5));
  assert.deepEqual(permute(permute(constant, [2, 0, 1]), [1, 2, 0]), constant);
  assert.throws(() => permute(constant, [0, 1]), /axes \[0,1\] do not permute shape \[1,2,3\]/);
  assert.throws(() => permute(constant, [0, 1, 1]), /do not permute/);
});

test('a shape is completed or refused', () => {
  assert.deepEqual(resolveShape([1, -1, 16], 2304 * 16), [1, 2304, 16]);
  assert.throws(() => resolveShape([1, -1, 7], 16), /16 elements cannot take the shape \[1,-1,7\]/);
  assert.throws(() => resolveShape([3, 5], 16), /cannot take/);
});

test('constants are read little-endian from any offset', () => {
  const bytes = Uint8Array.of(9, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0);
  assert.deepEqual(constantFromBytes('float32', [2], bytes.subarray(1)).data, Float32Array.of(1, -2));
  assert.throws(
    () => constantFromBytes('float32', [3], bytes.subarray(1)),
    /shape \[3\] has 8 bytes, not 12/,
  );
});

test('SAME padding puts an odd zero at the end, VALID adds none', () => {
  // 192 wide, kernel 3, stride 2: 96 windows reach to 193, so one zero is missing.
  assert.deepEqual(slide(192, 3, 2, 1, 'SAME'), { before: 0, after: 1, length: 96 });
  assert.deepEqual(slide(193, 3, 2, 1, 'SAME'), { before: 1, after: 1, length: 97 });
  assert.deepEqual(slide(7, 3, 1, 1, 'SAME'), { before: 1, after: 1, length: 7 });
  assert.deepEqual(slide(10, 5, 1, 2, 'SAME'), { before: 4, after: 4, length: 10 });
  assert.deepEqual(slide(6, 1, 2, 1, 'SAME'), { before: 0, after: 0, length: 3 });
  assert.deepEqual(slide(7, 3, 2, 1, 'VALID'), { before: 0, after: 0, length: 3 });
  assert.deepEqual(slide(10, 3, 1, 2, 'VALID'), { before: 0, after: 0, length: 6 });
});

test('protobuf fields are encoded as the format describes', () => {
  const hex = (message: Message) => Buffer.from(message.finish()).toString('hex');
  assert.equal(hex(new Message().int(1, 150)), '089601');
  assert.equal(hex(new Message().int(20, 7)), 'a00107');
  assert.equal(hex(new Message().int(3, -1)), '18ffffffffffffffffff01');
  assert.equal(hex(new Message().string(2, 'testing')), '120774657374696e67');
  assert.equal(hex(new Message().float(2, 1)), '150000803f');
  assert.equal(hex(new Message().message(3, new Message().int(1, 150))), '1a03089601');
});
