import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProcess } from '../../../src/platform/windows/create-process.ts';
import { fakeKernel32 } from './fake-kernel32.ts';

/** A Windows that starts anything, with attribute lists of 64 bytes. */
function willing() {
  return fakeKernel32({
    SetHandleInformation: () => true,
    InitializeProcThreadAttributeList: (list, _count, _flags, size) => {
      size.writeBigUInt64LE(64n);
      return list !== null;
    },
    UpdateProcThreadAttribute: () => true,
    CreateProcessW: () => true,
    DeleteProcThreadAttributeList: () => undefined,
    CloseHandle: () => true,
  });
}

const win32 = { address: () => 0x1000n };
const program = { file: 'C:\\x.exe', commandLine: '"C:\\x.exe"', env: {}, cwd: 'C:\\', priorityClass: 0, job: null };

test('a handle that serves as two streams stands once in the list of what is inherited', () => {
  const { calls, kernel32 } = willing();
  const { process } = createProcess({ win32, kernel32 }, { ...program, stdio: [16, 20, 20] });
  process[Symbol.dispose]();
  const lists = calls.filter(([name]) => name === 'UpdateProcThreadAttribute').map(call => call[4] as Buffer);
  assert.deepEqual(
    lists.map(list => Array.from({ length: list.length / 8 }, (_, index) => Number(list.readBigInt64LE(8 * index)))),
    [[16, 20]],
  );
  const startup = calls.find(([name]) => name === 'CreateProcessW')?.[9] as Buffer;
  // STARTUPINFOEXW: hStdInput, hStdOutput and hStdError stand at 80, 88 and 96.
  assert.deepEqual(
    [80, 88, 96].map(at => Number(startup.readBigInt64LE(at))),
    [16, 20, 20],
  );
});
