// The only file that knows koffi, by which TypeScript calls Windows itself. The package is optional: without it, or where it cannot
// be loaded, everything works one level lower, and `why` says so.
// koffi's asynchronous calls run in libuv's own pool, four of them at most, and lose the last error: there is no door to them here.

import { createRequire } from 'node:module';
import { os } from './platform.ts';

/** A HANDLE, HKEY, HMODULE or SOCKET. */
export type RawHandle = number | bigint;

/** Functions of a DLL, by name. A pointer argument is a Buffer, null, or an address. */
export type Functions<F> = { readonly [K in keyof F]: (...args: never[]) => unknown };

export interface Win32 {
  /**
   * The functions of a system DLL, by their C prototypes (`__stdcall` is added, `bool` is Windows' BOOL). One that this Windows
   * lacks is null.
   *
   * @throws Error where the DLL itself is missing
   */
  bind<F extends Functions<F>>(dll: string, prototypes: Readonly<Record<keyof F, string>>): F;
  /** Where a buffer lies. It must be held as long as the address is in use. */
  address(buffer: Buffer): bigint;
  /** A copy of memory that is not ours. */
  read(address: bigint, length: number): Buffer;
}

/** What is used of koffi. Not its own types: who has left the package out must be able to compile this, too. */
interface Koffi {
  load(dll: string): { func(prototype: string): (...args: unknown[]) => unknown };
  address(buffer: Buffer): bigint;
  view(address: bigint, length: number): ArrayBuffer;
}

export type Capability =
  | { readonly win32: Win32; readonly why: null }
  /** `why` says for people what is missing. */
  | { readonly win32: null; readonly why: string };

let capability: Capability | undefined;

/** The door, loaded by the first who asks. `HOLDFAST_NO_NATIVE=1` in our environment keeps it shut. */
export function openWin32(): Capability {
  capability ??= load();
  return capability;
}

function load(): Capability {
  const shut = (why: string): Capability => ({ win32: null, why });
  if (os !== 'windows') return shut('this is not Windows');
  if (process.env.HOLDFAST_NO_NATIVE === '1') return shut('HOLDFAST_NO_NATIVE=1 turns native calls off');
  // The layouts of structures in windows/ are those of 64 bits.
  if (process.arch !== 'x64' && process.arch !== 'arm64') return shut(`there are no native calls on ${process.arch}`);
  try {
    return { win32: through(createRequire(import.meta.url)('koffi') as Koffi), why: null };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return shut(
      code === 'MODULE_NOT_FOUND'
        ? 'the optional package koffi is not installed'
        : `the optional package koffi cannot be loaded: ${message.split('\n', 1)[0]}`,
    );
  }
}

function through(ffi: Koffi): Win32 {
  return {
    bind<F extends Functions<F>>(dll: string, prototypes: Readonly<Record<keyof F, string>>): F {
      const library = ffi.load(dll);
      const bound = Object.entries<string>(prototypes).map(([name, prototype]) => {
        const [before, after] = prototype.split(`${name}(`);
        try {
          return [name, withBooleans(library.func(asInts(`${before}__stdcall ${name}(${after}`)), prototype)];
        } catch (error) {
          // Only an export that is missing is a matter of the Windows version; a wrong prototype is ours.
          if (!/find function/i.test((error as Error).message)) throw error;
          return [name, null];
        }
      });
      return Object.fromEntries(bound) as F;
    },
    address: buffer => ffi.address(buffer),
    read: (address, length) => Buffer.from(Buffer.from(ffi.view(address, length))),
  };
}

/** BOOL is an int, of which anything but 0 is true; C's own bool is one byte. */
const asInts = (prototype: string): string => prototype.replace(/\bbool\b/g, 'int');

function withBooleans(call: (...args: unknown[]) => unknown, prototype: string): (...args: unknown[]) => unknown {
  const tellsTruth = /^\s*bool\b/.test(prototype);
  return (...args) => {
    const result = call(...args.map(arg => (typeof arg === 'boolean' ? Number(arg) : arg)));
    return tellsTruth ? result !== 0 : result;
  };
}
