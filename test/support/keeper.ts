import { randomUUID } from 'node:crypto';
import type { Keeper } from '../../src/process/keeper.ts';

/** For tests that end what they start: nobody else need know of it. */
export const noKeeper: Pick<Keeper, 'expect'> = {
  expect: async () => ({
    cookie: randomUUID(),
    container: null,
    cgroups: null,
    born: async () => {},
    gone: () => {},
  }),
};
