import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Win32 } from '../../../src/platform/win32.ts';
import { openHandles } from '../../../src/platform/windows/handle.ts';
import type { Kernel32 } from '../../../src/platform/windows/kernel32.ts';
import { windowsSurroundings } from '../../../src/platform/windows/surroundings.ts';

interface Played {
  readonly isInJob?: boolean;
  readonly limitFlags?: number;
  /** Null: it cannot be asked. */
  readonly ui?: number | null;
  readonly registry?: { readonly error: number; readonly value: number };
  readonly elevated?: number;
  readonly tokenFails?: boolean;
}

/** Windows as it would answer, in the buffers that it is given. */
function played({ isInJob = false, limitFlags = 0, ui = 0, registry, elevated = 0, tokenFails = false }: Played) {
  const kernel32 = {
    GetLastError: () => (ui === null ? 1 : 5),
    GetACP: () => 932,
    GetOEMCP: () => 437,
    GetCurrentProcess: () => -1n,
    CloseHandle: () => true,
    IsProcessInJob: (_process: bigint, _job: number, result: Buffer) => result.writeInt32LE(isInJob ? 1 : 0) > 0,
    QueryInformationJobObject: (_job: number, kind: number, data: Buffer) =>
      (kind === 2 ? data.writeUInt32LE(limitFlags, 16) : ui !== null && data.writeUInt32LE(ui)) !== false,
  } as unknown as Kernel32;
  const advapi = {
    OpenProcessToken: (_process: bigint, _rights: number, token: Buffer) => token.writeBigInt64LE(4n) > 0,
    GetTokenInformation: (_token: bigint, _kind: number, data: Buffer) =>
      !tokenFails && data.writeUInt32LE(elevated) > 0,
    RegGetValueW: (...args: [number, string, string, number, null, Buffer, Buffer]) => {
      args[5].writeUInt32LE(registry?.value ?? 0);
      return registry?.error ?? 0;
    },
  };
  const win32 = { bind: (dll: string) => (dll === 'advapi32.dll' ? advapi : null) } as unknown as Win32;
  return windowsSurroundings({ kernel32 }, win32) ?? assert.fail('there are native calls');
}

test('what Windows answers is read from where it stands', () => {
  const busy = played({ isInJob: true, limitFlags: 0x2000 | 0x800, elevated: 1, registry: { error: 0, value: 1 } });
  assert.deepEqual(busy.codePages(), { ansi: 932, oem: 437 });
  assert.equal(busy.hasLongPaths(), true);
  assert.equal(busy.isElevated(), true);
  assert.deepEqual(busy.job(), { isInJob: true, endsWhenClosed: true, allowsBreakaway: true, restrictsUi: false });
  assert.equal(played({ isInJob: true, ui: 1 }).job().restrictsUi, true);
  assert.equal(played({ isInJob: true, ui: null }).job().restrictsUi, null);
  assert.equal(played({ limitFlags: 0x2000 }).job().endsWhenClosed, false);
});

test('a Windows that has no such setting has no long paths; another refusal is told', () => {
  assert.equal(played({ registry: { error: 2, value: 1 } }).hasLongPaths(), false);
  assert.throws(() => played({ registry: { error: 5, value: 0 } }).hasLongPaths(), /ERROR_ACCESS_DENIED/);
});

test('the token is closed, also where Windows does not tell of it', () => {
  const before = openHandles();
  assert.equal(played({}).isElevated(), false);
  assert.throws(() => played({ tokenFails: true }).isElevated(), /GetTokenInformation failed/);
  assert.equal(openHandles(), before);
});

test('without native calls there is nobody to ask', () => {
  assert.equal(windowsSurroundings(null), null);
});

const real = windowsSurroundings();
test('the real Windows answers all of it', { skip: real === null && 'no native calls here' }, () => {
  assert.ok(real !== null && real.codePages().ansi > 0 && real.codePages().oem > 0);
  for (const answer of [real.hasLongPaths(), real.isElevated(), real.job().isInJob])
    assert.equal(typeof answer, 'boolean');
});
