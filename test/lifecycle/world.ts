import assert from 'node:assert/strict';
import type { Desired, Event, Policy } from '../../src/lifecycle/state.ts';
import { crash, Driver, permanent } from './driver.ts';
import { checkStep } from './rules.ts';

/** What the outside world may do next; each does nothing where there is nothing for it to do. */
export type Move =
  | 'start'
  | 'stop'
  | 'restart'
  | 'demand'
  | 'handOver'
  | 'pass' // some time, but not to the next timer
  | 'tick' // to the next timer, and it fires
  | 'late' // a timer of a state that is over fires all the same
  | 'resumed'
  | 'answer' // to the oldest thing that was asked for
  | 'refuse' // the same, but it goes wrong
  | 'page'
  | 'prove'
  | 'idle'
  | 'aged'
  | 'crash'
  | 'swept' // the clean-up under way ends well
  | 'survived' // it ends with somebody left
  | 'stale'; // a result of an earlier life

const FACTS = ['admitted', 'spawned', 'initialized', 'paged', 'listed', 'proven', 'idle', 'aged'] as const;

/** Processes and promises, as far as the reducer's effects create them. It counts lives, which the reducer cannot. */
export class World {
  readonly driver: Driver;
  /** Living processes, by the life that started them; a survivor stays here. */
  readonly alive = new Set<number>();
  events = 0;
  /** Asked for and not answered, of the present life. */
  #asked: 'admit' | 'launch' | 'initialize' | 'list' | null = null;
  /** The clean-up under way. */
  #cleaning: number | null = null;
  #lastDue: number | null = null;

  constructor(desired: Desired, policy: Policy, random: () => number) {
    this.driver = new Driver(desired, policy, random);
  }

  move(move: Move, chance: number): void {
    const { driver } = this;
    const { incarnation } = driver.model;
    switch (move) {
      case 'start':
      case 'stop':
      case 'restart':
      case 'demand':
      case 'handOver':
      case 'resumed':
        return this.#send({ type: move });
      case 'pass':
        driver.wait(Math.min(chance * 20_000, Math.max(0, (driver.dueIn ?? Infinity) - 1)));
        return;
      case 'tick':
        return driver.model.state.due === null ? undefined : this.#send(driver.timer());
      case 'late':
        return this.#lastDue === null || this.#lastDue === driver.model.state.due
          ? undefined
          : this.#sendNothing({ type: 'timer', due: this.#lastDue });
      case 'answer':
        return this.#answer(incarnation, chance);
      case 'refuse':
        return this.#refuse(incarnation, chance);
      case 'page':
        return this.#asked === 'list' ? this.#send({ type: 'paged', incarnation }) : undefined;
      case 'prove':
        return this.alive.has(incarnation) ? this.#send({ type: 'proven', incarnation }) : undefined;
      case 'idle':
      case 'aged':
        return this.alive.has(incarnation) ? this.#send({ type: move, incarnation }) : undefined;
      case 'crash':
        if (!this.alive.delete(incarnation)) return;
        return this.#send({ type: 'down', incarnation, fault: crash() });
      case 'swept':
      case 'survived':
        return this.#endCleaning(move === 'survived');
      case 'stale':
        return this.#stale(chance);
    }
  }

  /** The world answers all that it still owes. `well`: nobody survives. */
  calmDown(well: boolean): void {
    for (let step = 0; this.#cleaning !== null; step++) {
      assert.ok(step < 3, 'a stop does not come to its end');
      this.#endCleaning(!well);
    }
  }

  /** Everything works from now on. Says whether it comes up. */
  goWell(): boolean {
    for (let step = 0; step < 40; step++) {
      const { name, due } = this.driver.model.state;
      if (name === 'ready') return true;
      if (this.#cleaning !== null) this.#endCleaning(false);
      else if (this.#asked !== null) this.#answer(this.driver.model.incarnation, 0.5);
      else if (due !== null) this.#send(this.driver.timer());
      else return false;
    }
    return false;
  }

  #answer(incarnation: number, chance: number): void {
    const asked = this.#asked;
    this.#asked = null;
    switch (asked) {
      case 'admit':
        return this.#send({ type: 'admitted', incarnation });
      case 'launch':
        this.#send({ type: 'resolved', incarnation, mayDownload: chance < 0.5 });
        this.alive.add(incarnation);
        return this.#send({ type: 'spawned', incarnation });
      case 'initialize':
        return this.#send({ type: 'initialized', incarnation });
      case 'list':
        return this.#send({ type: 'listed', incarnation });
      default:
        return;
    }
  }

  #refuse(incarnation: number, chance: number): void {
    if (this.#asked === null || this.#asked === 'admit') return;
    // Only before there is a process can the cause be permanent here; a refused handshake leaves the process alive.
    const fault = this.#asked === 'launch' && chance < 0.3 ? permanent() : crash();
    this.#asked = null;
    this.#send({ type: 'down', incarnation, fault });
  }

  #endCleaning(withSurvivors: boolean): void {
    const incarnation = this.#cleaning;
    if (incarnation === null) return;
    this.#cleaning = null;
    const survives = withSurvivors && this.alive.has(incarnation);
    if (!survives) this.alive.delete(incarnation);
    this.#send({ type: 'cleaned', incarnation, survivors: survives ? [incarnation] : [] });
  }

  #stale(chance: number): void {
    const incarnation = this.driver.model.incarnation - 1 - Math.floor(chance * 3);
    const type = FACTS[Math.floor(chance * FACTS.length)] ?? 'listed';
    this.#sendNothing({ type, incarnation });
    this.#sendNothing({ type: 'down', incarnation, fault: permanent() });
    this.#sendNothing({ type: 'cleaned', incarnation, survivors: [] });
  }

  #sendNothing(event: Event): void {
    const before = this.driver.model;
    this.#send(event);
    assert.equal(this.driver.model, before, `${event.type} of the past changes nothing`);
    assert.deepEqual(this.driver.effects, []);
  }

  #send(event: Event): void {
    const { driver } = this;
    const before = driver.model;
    driver.send(event);
    this.events++;
    checkStep(before, event, driver.model, driver.effects, driver.now);
    if (before.state.due !== driver.model.state.due && before.state.due !== null) this.#lastDue = before.state.due;
    for (const effect of driver.effects) {
      switch (effect.type) {
        case 'launch':
          assert.deepEqual([...this.alive], [], 'a second life beside a living one');
          this.#asked = 'launch';
          break;
        case 'admit':
        case 'initialize':
        case 'list':
          this.#asked = effect.type;
          break;
        case 'clean':
          assert.equal(this.#cleaning, null, 'two clean-ups at once');
          this.#cleaning = effect.incarnation;
          // A launch that has been given up starts nothing; what it has started, the clean-up waits for and ends.
          if (this.#asked === 'launch' && driver.random() < 0.5) this.alive.add(effect.incarnation);
          this.#asked = null;
          break;
        case 'hasten':
          assert.notEqual(this.#cleaning, null, 'there is nothing to hasten');
          break;
        default:
      }
    }
    assert.ok(this.alive.size <= 1, `${this.alive.size} lives at once`);
    if (this.#cleaning === null) assert.notEqual(driver.model.state.name, 'stopping', 'nobody will say "cleaned"');
  }
}
