// The only file that asks which operating system this is.

export type Os = 'linux' | 'macos' | 'windows';

/** The operating system we run on. Other POSIX systems behave as macOS does: process groups, no /proc. */
export const os: Os = process.platform === 'win32' ? 'windows' : process.platform === 'linux' ? 'linux' : 'macos';
