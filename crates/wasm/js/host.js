// What the WebAssembly asks of its host: the time, whether to go on, and to keep the words of a panic.

/** The calls that run, the innermost last: each with its clock and its callback. */
const calls = [];

let words = "";

/** Runs a call with the clock and the callback of its engine. */
export function during(call, run) {
  calls.push(call);
  try {
    return run();
  } finally {
    calls.pop();
  }
}

/** The words of the panic that has happened, if one has. */
export function panicWords() {
  return words;
}

export function now() {
  const call = calls.at(-1);
  if (!call?.clock) return performance.now();
  try {
    return call.clock();
  } catch (error) {
    // An exception must not fly through the WebAssembly; beyond every deadline the call ends in good order.
    call.thrown ??= { error };
    return Number.MAX_SAFE_INTEGER;
  }
}

export function progress(done) {
  const call = calls.at(-1);
  if (!call?.progress) return true;
  if (call.thrown) return false;
  try {
    return call.progress(done) !== false;
  } catch (error) {
    call.thrown = { error };
    return false;
  }
}

export function panicked(message) {
  words = message;
}
