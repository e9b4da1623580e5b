/**
 * Calls a function of the host. Its mistake must not reach the server that the call is about, nor the messages that come after:
 * it surfaces as the host's own uncaught error.
 */
export function callOut(run: () => void): void {
  try {
    run();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
