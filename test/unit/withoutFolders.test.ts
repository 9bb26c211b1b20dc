import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withoutFolders } from '../../src/protocol/withoutFolders';

describe('a text without folders', () => {
  test('says what stands for those that are known, and the way inside them', () => {
    const folders = { '/home/jane/storage': '<models>', '/home/jane': '~' };
    assert.equal(
      withoutFolders('lies in /home/jane/storage/a.onnx and /home/jane/x y/z', folders),
      'lies in <models>/a.onnx and ~/x y/z',
    );
  });

  test('keeps of all others the names of libraries and models alone', () => {
    for (const [text, wanted] of [
      ['cuBLAS (libcublas.so.13) lies in /opt/jane, where', 'cuBLAS (libcublas.so.13) lies in <path>, where'],
      ['/media/Jane Doe/lib/libcudnn.so.9 is damaged (cut off)', '<path>/libcudnn.so.9 is damaged (cut off)'],
      ['in C:\\Users\\Jane Doe\\cuda\\nvcuda.dll: no', 'in <path>/nvcuda.dll: no'],
      ['\\\\server\\jane\\x.onnx is missing', '<path>/x.onnx is missing'],
      ['CUDA_VISIBLE_DEVICES=/home/jane', 'CUDA_VISIBLE_DEVICES=<path>'],
      [
        '✓ libcudart.so.13 13.0 (pip): /srv/jane/venv/libcudart.so.13',
        '✓ libcudart.so.13 13.0 (pip): <path>/libcudart.so.13',
      ],
    ])
      assert.equal(withoutFolders(text), wanted);
  });

  test('leaves alone what only looks like a path', () => {
    for (const text of [
      '172/172 nodes, 7692 of 8192 MB',
      'pip install nvidia-cudnn-cu13 "nvidia-cublas==13.*"; sudo apt install libcudnn9',
      'see https://nvidia.com/drivers',
    ])
      assert.equal(withoutFolders(text), text);
  });
});
