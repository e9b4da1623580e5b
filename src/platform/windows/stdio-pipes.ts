// The three pipes of a process that we create ourselves: named, since Node can only read and write a pipe whose other end it has
// accepted. A pipe's name can be listed by others, so each connection must prove that it is the one that we opened: it brings a
// number that only we know. A second connection, or one without that number, ends the start.

import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { Handle } from './handle.ts';
import { must, type Native } from './kernel32.ts';

export interface StdioPipes {
  /** Our ends. */
  readonly stdin: Socket;
  readonly stdout: Socket;
  readonly stderr: Socket;
  /** The child's ends. To be closed as soon as the child has them, or the end of a pipe is never seen. */
  readonly childEnds: readonly [Handle, Handle, Handle];
}

const GENERIC_READ = 0x80000000;
const GENERIC_WRITE = 0x40000000;
/** What libuv asks for at the child's end of a pipe, to be able to set its mode. */
const FILE_WRITE_ATTRIBUTES = 0x100;
const FILE_READ_ATTRIBUTES = 0x80;
const OPEN_EXISTING = 3;

const PROOF_BYTES = 16;
/** For a connection that is already there. Twice: we may have been held up ourselves, by a start of many servers at once above all. */
const PROOF_MS = 5_000;

/** @throws Error, with nothing left open, where a stranger came between */
export async function openStdioPipes(native: Native, proofMs = PROOF_MS): Promise<StdioPipes> {
  const opening = (['read', 'write', 'write'] as const).map(does => openPipe(native, does, proofMs));
  const settled = await Promise.allSettled(opening);
  const failed = settled.find(result => result.status === 'rejected');
  const [stdin, stdout, stderr] = settled.map(result => (result.status === 'fulfilled' ? result.value : null));
  if (!stdin || !stdout || !stderr) {
    for (const pipe of [stdin, stdout, stderr]) {
      pipe?.socket.destroy();
      pipe?.childEnd[Symbol.dispose]();
    }
    throw failed?.reason;
  }
  closeWhole(stdin.socket, stdout.socket, stderr.socket);
  return {
    stdin: stdin.socket,
    stdout: stdout.socket,
    stderr: stderr.socket,
    childEnds: [stdin.childEnd, stdout.childEnd, stderr.childEnd],
  };
}

/** Windows' pipes have no half that could be closed: where one direction has ended, the whole is closed. */
function closeWhole(stdin: Socket, stdout: Socket, stderr: Socket): void {
  for (const output of [stdout, stderr]) output.once('end', () => output.destroy());
  stdin.once('finish', () => stdin.destroy());
  stdin.once('end', () => stdin.destroy(stdin.writableEnded ? undefined : brokenPipe()));
  // Only a pipe that is read tells that the other end has gone.
  stdin.resume();
}

/** @param does what the child does with it */
async function openPipe(
  native: Native,
  does: 'read' | 'write',
  proofMs: number,
): Promise<{ socket: Socket; childEnd: Handle }> {
  const name = `\\\\.\\pipe\\holdfast-${randomBytes(16).toString('hex')}`;
  const proof = randomBytes(PROOF_BYTES);
  const server = createServer({ allowHalfOpen: true });
  await listening(server, name);
  const accepted = acceptOne(server, proof, proofMs);
  let childEnd: Handle;
  try {
    childEnd = connect(native, name, proof, does);
  } catch (error) {
    server.close();
    // Told by the error that is thrown here.
    accepted.catch(() => undefined);
    throw error;
  }
  try {
    return { socket: await accepted, childEnd };
  } catch (error) {
    childEnd[Symbol.dispose]();
    throw error;
  }
}

function listening(server: Server, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(name, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** The child's end, with no more rights than the child needs. */
function connect({ kernel32 }: Native, name: string, proof: Buffer, does: 'read' | 'write'): Handle {
  const full = GENERIC_READ + GENERIC_WRITE;
  const opened = kernel32.CreateFileW(name, full, 0, null, OPEN_EXISTING, 0, 0);
  const pipe = new Handle(kernel32, must(kernel32, 'CreateFileW', opened), 'pipe');
  try {
    const written = Buffer.alloc(4);
    must(kernel32, 'WriteFile', kernel32.WriteFile(pipe.raw, proof, proof.length, written, null));
    const target = Buffer.alloc(8);
    const self = kernel32.GetCurrentProcess();
    const access = does === 'read' ? GENERIC_READ + FILE_WRITE_ATTRIBUTES : GENERIC_WRITE + FILE_READ_ATTRIBUTES;
    const isDone = kernel32.DuplicateHandle(self, pipe.raw, self, target, access, false, 0);
    must(kernel32, 'DuplicateHandle', isDone);
    return new Handle(kernel32, target.readBigInt64LE(), `end of a pipe that the child ${does}s`);
  } finally {
    pipe[Symbol.dispose]();
  }
}

function acceptOne(server: Server, proof: Buffer, proofMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const sockets: Socket[] = [];
    const late = () => settle(stranger('nobody proved to be the other end'));
    let timer = setTimeout(() => {
      timer = setTimeout(late, proofMs);
    }, proofMs);
    const settle = (outcome: Socket | Error) => {
      clearTimeout(timer);
      server.close();
      if (outcome instanceof Error) {
        for (const socket of sockets) socket.destroy();
        reject(outcome);
      } else resolve(outcome);
    };
    // Closed by us, before anybody has connected.
    server.once('close', () => clearTimeout(timer));
    server.on('error', settle);
    server.on('connection', socket => {
      sockets.push(socket);
      // A peer that goes away before it has proved anything.
      socket.on('error', settle);
      if (sockets.length > 1) return settle(stranger('somebody else connected to the pipe'));
      readProof(socket, proof, isProven => {
        socket.off('error', settle);
        settle(isProven ? socket : stranger('somebody else connected to the pipe'));
      });
    });
  });
}

function readProof(socket: Socket, proof: Buffer, done: (isProven: boolean) => void): void {
  const look = () => {
    const bytes: Buffer | null = socket.read(PROOF_BYTES);
    if (bytes === null && !socket.readableEnded) return;
    socket.off('readable', look);
    socket.off('end', look);
    done(bytes?.equals(proof) ?? false);
  };
  socket.on('readable', look);
  socket.once('end', look);
  look();
}

const stranger = (message: string): Error => Object.assign(new Error(message), { code: 'PIPE_NOT_OURS' });

/** As Node reports it for a pipe of its own when the reader has gone. */
function brokenPipe(): Error {
  return Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' });
}
