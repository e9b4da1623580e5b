import { Driver, type Word } from './driver.ts';

export interface Row {
  /** The way into the state. */
  readonly way: () => Driver;
  /** What each word does there: the state it leads to (`=` is the same with other data), then the effects. */
  readonly cells: Readonly<Partial<Record<Word, string>>>;
}

/** Every state that the reducer tells apart, and what changes it. A word that is missing in a row changes nothing there. */
export const table: Readonly<Record<string, Row>> = {
  'stopped, down': {
    way: () => new Driver('down'),
    cells: {
      start: 'starting:admission admit',
      stop: '=',
      restart: 'starting:admission admit',
    },
  },
  'stopped, up': {
    way: () => new Driver('up'),
    cells: {
      start: 'starting:admission admit',
      stop: '=',
      restart: 'starting:admission admit',
      demand: 'starting:admission admit',
    },
  },
  'stopped, onDemand': {
    way: () => new Driver('onDemand'),
    cells: {
      start: 'starting:admission admit',
      stop: '=',
      restart: 'starting:admission admit',
      demand: 'starting:admission admit',
    },
  },
  'starting:admission': {
    way: () => new Driver().play('start'),
    cells: {
      start: '=',
      stop: 'stopping:rest close clean',
      restart: 'stopping:relaunch close clean',
      handOver: 'stopping:relaunch close clean',
      admitted: 'starting:spawn launch',
      crash: 'stopping:recover close clean',
      permanent: 'stopping:recover close clean',
    },
  },
  'starting:spawn': {
    way: () => new Driver().play('start', 'admitted'),
    cells: {
      start: '=',
      stop: 'stopping:rest close clean',
      restart: 'stopping:relaunch close clean',
      handOver: 'stopping:relaunch close clean',
      due: 'stopping:recover close clean',
      resumed: '=',
      resolved: '=',
      downloads: '=',
      spawned: 'starting:initialize initialize',
      crash: 'stopping:recover close clean',
      permanent: 'stopping:recover close clean',
    },
  },
  'starting:initialize': {
    way: () => new Driver().play('start', 'admitted', 'resolved', 'spawned'),
    cells: {
      start: '=',
      stop: 'stopping:rest close clean',
      restart: 'stopping:relaunch close clean',
      handOver: 'stopping:relaunch close clean',
      due: 'stopping:recover close clean',
      resumed: '=',
      initialized: 'starting:tools list',
      crash: 'stopping:recover close clean',
      permanent: 'stopping:recover close clean',
    },
  },
  'starting:tools': {
    way: () => new Driver().play('start', 'admitted', 'resolved', 'spawned', 'initialized'),
    cells: {
      start: '=',
      stop: 'stopping:rest close clean',
      restart: 'stopping:relaunch close clean',
      handOver: 'stopping:relaunch close clean',
      due: 'stopping:recover close clean',
      resumed: '=',
      paged: '=',
      listed: 'ready open',
      crash: 'stopping:recover close clean',
      permanent: 'stopping:recover close clean',
    },
  },
  'ready, fresh': {
    way: () => new Driver().play('start').comeUp(),
    cells: {
      start: '=',
      stop: 'stopping:rest close clean',
      restart: 'stopping:relaunch close clean',
      handOver: 'stopping:relaunch close clean',
      due: '=',
      idle: 'stopping:rest close clean',
      aged: 'stopping:relaunch close clean',
      proven: '=',
      crash: 'stopping:recover close clean',
      permanent: 'stopping:recover close clean',
    },
  },
  'ready, proven': {
    way: () => new Driver().play('start').comeUp().play('proven'),
    cells: {
      start: '=',
      stop: 'stopping:rest close clean',
      restart: 'stopping:relaunch close clean',
      handOver: 'stopping:relaunch close clean',
      due: '=',
      idle: 'stopping:rest close clean',
      aged: 'stopping:relaunch close clean',
      proven: '=',
      crash: 'stopping:recover close clean',
      permanent: 'stopping:recover close clean',
    },
  },
  'ready, old': {
    way: () => new Driver().play('start').comeUp().play('due'),
    cells: {
      start: '=',
      stop: 'stopping:rest close clean',
      restart: 'stopping:relaunch close clean',
      handOver: 'stopping:relaunch close clean',
      idle: 'stopping:rest close clean',
      aged: 'stopping:relaunch close clean',
      proven: '=',
      crash: 'stopping:recover close clean',
      permanent: 'stopping:recover close clean',
    },
  },
  'stopping:rest': {
    way: () => new Driver().play('start').comeUp().play('stop'),
    cells: {
      start: 'stopping:relaunch',
      stop: '= hasten',
      restart: 'stopping:relaunch',
      cleaned: 'stopped settle',
      survived: 'failed settle',
    },
  },
  'stopping:rest, idle': {
    way: () => new Driver().play('start').comeUp().play('idle'),
    cells: {
      start: 'stopping:relaunch',
      stop: '= close',
      restart: 'stopping:relaunch',
      demand: 'stopping:relaunch',
      cleaned: 'stopped settle',
      survived: 'failed settle',
    },
  },
  'stopping:relaunch, idle but demanded': {
    way: () => new Driver().play('start').comeUp().play('idle', 'demand'),
    cells: {
      start: '=',
      stop: 'stopping:rest close',
      restart: '=',
      cleaned: 'starting:admission admit',
      survived: 'failed settle',
    },
  },
  'stopped, idle': {
    way: () => new Driver().play('start').comeUp().play('idle', 'cleaned'),
    cells: {
      start: 'starting:admission admit',
      stop: '=',
      restart: 'starting:admission admit',
      demand: 'starting:admission admit',
    },
  },
  'stopping:relaunch, old': {
    way: () => new Driver().play('start').comeUp().play('aged'),
    cells: {
      start: '=',
      stop: 'stopping:rest close',
      restart: '=',
      cleaned: 'starting:admission admit',
      survived: 'failed settle',
    },
  },
  'stopping:relaunch, handed over': {
    way: () => new Driver().play('start').comeUp().play('handOver'),
    cells: {
      start: '=',
      stop: 'stopping:rest close',
      restart: '=',
      cleaned: 'starting:admission admit',
      survived: 'failed settle',
    },
  },
  'stopping:relaunch': {
    way: () => new Driver().play('start').comeUp().play('restart'),
    cells: {
      start: '=',
      stop: 'stopping:rest close',
      restart: '=',
      cleaned: 'starting:admission admit',
      survived: 'failed settle',
    },
  },
  'stopping:recover': {
    way: () => new Driver().play('start').comeUp().play('crash'),
    cells: {
      start: 'stopping:relaunch',
      stop: 'stopping:rest close',
      restart: 'stopping:relaunch',
      cleaned: 'backoff',
      survived: 'failed settle',
    },
  },
  'stopping:recover, onDemand': {
    way: () => new Driver('onDemand').play('demand').comeUp().play('crash'),
    cells: {
      start: 'stopping:relaunch',
      stop: 'stopping:rest close',
      restart: 'stopping:relaunch',
      cleaned: 'backoff',
      survived: 'failed settle',
    },
  },
  'stopping survivors, up': {
    way: () => new Driver().play('start').comeUp().play('crash', 'survived', 'due'),
    cells: {
      start: '=',
      stop: 'stopping:rest close',
      restart: '=',
      cleaned: 'starting:admission admit',
      survived: 'failed settle',
    },
  },
  'stopping survivors, down': {
    way: () => new Driver().play('start').comeUp().play('stop', 'survived', 'stop'),
    cells: {
      start: 'stopping:relaunch',
      stop: '= hasten',
      restart: 'stopping:relaunch',
      cleaned: 'stopped settle',
      survived: 'failed settle',
    },
  },
  backoff: {
    way: () => new Driver().play('start').comeUp().play('crash', 'cleaned'),
    cells: {
      start: 'starting:admission admit',
      stop: 'stopped settle',
      restart: 'starting:admission admit',
      due: 'starting:admission admit',
    },
  },
  'failed, up': {
    way: () => new Driver().play('start', 'admitted', 'permanent', 'cleaned'),
    cells: {
      start: 'starting:admission admit',
      stop: 'stopped settle',
      restart: 'starting:admission admit',
      due: 'starting:admission admit',
    },
  },
  'failed, onDemand': {
    way: () => new Driver('onDemand').play('demand', 'admitted', 'permanent', 'cleaned'),
    cells: {
      start: 'starting:admission admit',
      stop: 'stopped settle',
      restart: 'starting:admission admit',
    },
  },
  'failed, survivors, up': {
    way: () => new Driver().play('start').comeUp().play('crash', 'survived'),
    cells: {
      start: 'stopping:relaunch clean',
      stop: 'stopping:rest clean',
      restart: 'stopping:relaunch clean',
      due: 'stopping:relaunch clean',
    },
  },
  'failed, survivors, down': {
    way: () => new Driver().play('start').comeUp().play('stop', 'survived'),
    cells: {
      start: 'stopping:relaunch clean',
      stop: 'stopping:rest clean',
      restart: 'stopping:relaunch clean',
    },
  },
};

export const words: readonly Word[] = [
  'start',
  'stop',
  'restart',
  'demand',
  'handOver',
  'due',
  'resumed',
  'admitted',
  'resolved',
  'downloads',
  'spawned',
  'initialized',
  'paged',
  'listed',
  'proven',
  'idle',
  'aged',
  'crash',
  'permanent',
  'cleaned',
  'survived',
];
