/** Cuts what comes in pieces into lines, and reads each as JSON. */
export class NdjsonReader {
  #rest = '';

  /** The objects of the lines that are whole now. @throws SyntaxError where a line is no JSON. */
  push(text: string): unknown[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.filter(line => line.trim() !== '').map(line => JSON.parse(line) as unknown);
  }
}
