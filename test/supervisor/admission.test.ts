import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Admission, type Ticket } from '../../src/supervisor/admission.ts';

function ticketsOf(log: number[], isClear: (order: number) => boolean = () => true) {
  return (order: number): Ticket => ({ order, isClear: () => isClear(order), admit: () => log.push(order) });
}

test('a few start at a time, and each that is over lets the next one in', () => {
  const admitted: number[] = [];
  const admission = new Admission(2);
  const tickets = [0, 1, 2, 3].map(ticketsOf(admitted));
  for (const ticket of tickets) admission.request(ticket);
  assert.deepEqual(admitted, [0, 1]);
  for (const ticket of tickets.slice(0, 2)) admission.release(ticket);
  assert.deepEqual(admitted, [0, 1, 2, 3]);
});

test('the order of the configuration decides, not that of asking', () => {
  const admitted: number[] = [];
  const admission = new Admission(1);
  const ticket = ticketsOf(admitted);
  const first = ticket(9);
  admission.request(first);
  for (const order of [5, 1, 3]) admission.request(ticket(order));
  admission.release(first);
  assert.deepEqual(admitted, [9, 1]);
});

test('one that waits for another server holds up nobody, and comes in when that is up', () => {
  const admitted: number[] = [];
  let isUp = false;
  const admission = new Admission(1);
  const ticket = ticketsOf(admitted, order => order !== 0 || isUp);
  const second = ticket(1);
  admission.request(ticket(0));
  admission.request(second);
  assert.deepEqual(admitted, [1]);
  isUp = true;
  admission.review();
  assert.deepEqual(admitted, [1], 'there is no place yet');
  admission.release(second);
  assert.deepEqual(admitted, [1, 0]);
});

test('one that does not want to start any more is let go from the queue', () => {
  const admitted: number[] = [];
  const admission = new Admission(1);
  const [a, b, c] = [0, 1, 2].map(ticketsOf(admitted));
  assert.ok(a && b && c);
  for (const ticket of [a, b, c]) admission.request(ticket);
  admission.release(b);
  admission.release(a);
  assert.deepEqual(admitted, [0, 2]);
});

test('a start that is over at once lets each of the others in, once', () => {
  const admitted: number[] = [];
  const admission = new Admission(1);
  let isOpen = false;
  for (const order of [0, 1, 2, 3]) {
    const ticket: Ticket = {
      order,
      isClear: () => isOpen,
      admit: () => {
        admitted.push(order);
        admission.release(ticket);
      },
    };
    admission.request(ticket);
  }
  isOpen = true;
  admission.review();
  assert.deepEqual(admitted, [0, 1, 2, 3]);
  admission.request({ order: 4, isClear: () => true, admit: () => admitted.push(4) });
  assert.deepEqual(admitted, [0, 1, 2, 3, 4], 'no place was lost');
});

test('never more than the limit are starting, and nobody is forgotten', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(fc.nat(9), { maxLength: 40 }), (limit, moves) => {
      const admission = new Admission(limit);
      const starting = new Set<Ticket>();
      let asked = 0;
      let seen = 0;
      const make = (order: number): Ticket => {
        const ticket: Ticket = {
          order,
          isClear: () => true,
          admit: () => {
            assert.ok(!starting.has(ticket));
            starting.add(ticket);
            seen++;
          },
        };
        return ticket;
      };
      const finishOne = () => {
        const [ticket] = starting;
        if (ticket === undefined) return;
        starting.delete(ticket);
        admission.release(ticket);
      };
      for (const move of moves) {
        if (move < 6) {
          asked++;
          admission.request(make(move));
        } else finishOne();
        assert.ok(starting.size <= limit);
      }
      while (starting.size > 0) finishOne();
      assert.equal(seen, asked);
    }),
  );
});
