import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ChildMemory, descendantBytes, parseProcesses } from '../../src/machine/childMemory';

/** `ps -axo pid=,ppid=,rss=` on macOS; kilobytes. */
const ps = `    1     0  21536
  355     1   9712
 4100   355 180224
 4212  4100 261120
 4213  4100 402432
 4214  4213   2048
 4300  4100   1216
 9000     1  70000
`;

/** Win32_Process through PowerShell; bytes, lines that end in CR LF, and the idle process that is its own parent. */
const powershell = [
  '0 0 8192',
  '4 0 151552',
  '7164 7020 98304000',
  '7020 912 201326592',
  '7300 7164 4096000',
  '',
].join('\r\n');

describe('memory of children', () => {
  test('is that of the whole family, without the process itself and the program that lists', () => {
    const processes = parseProcesses(ps, 1024);
    assert.equal(processes.length, 8);
    assert.equal(descendantBytes(processes, 4100, 4300), (261120 + 402432 + 2048) * 1024);
    assert.equal(descendantBytes(processes, 4214), 0);
  });

  test('is found when children stand before their parents', () => {
    assert.equal(descendantBytes(parseProcesses(powershell, 1), 7020), 98304000 + 4096000);
    assert.equal(descendantBytes(parseProcesses(powershell, 1), 0), 151552);
  });

  test('is not made up from what is no list', () => {
    assert.deepEqual(parseProcesses('ps: illegal option -- x\nusage: ps [-AaCcEefhjlMmrSTvwXx]\n', 1024), []);
  });

  test('is counted by asking ps', { skip: !existsSync('/bin/ps') && 'no ps here' }, async () => {
    const child = spawn(process.execPath, ['-e', "process.stdin.resume(); console.log('here')"]);
    try {
      await once(child.stdout, 'data');
      const memory = new ChildMemory('darwin');
      while (memory.bytes === 0) await setImmediate();
      assert.ok(memory.bytes > 10e6 && memory.bytes < 1e9, String(memory.bytes));
    } finally {
      child.kill();
    }
  });

  test('is nothing where no program is asked', () => {
    assert.equal(new ChildMemory('linux').bytes, 0);
  });
});
