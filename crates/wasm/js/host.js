// What the WebAssembly asks of its host: the time, whether to go on, to keep the words of a panic, and to load its second module.

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

/** The second module: what the first hands over, and how it is read at once. */
let rest;
let lost = false;

/** Says where the second module comes from; `exports` are those of the first. */
export function setRest(exports, read) {
  rest = { exports, read };
}

/** Puts the functions of the second module where the first calls them. */
export function addRest(module) {
  const { exports } = rest;
  if (exports.$loaded === undefined || exports.$loaded.value !== 0) return;
  new WebAssembly.Instance(module, { first: exports });
  exports.$loaded.value = 1;
}

/** Whether it is there. */
export function hasRest() {
  return rest.exports.$loaded === undefined || rest.exports.$loaded.value !== 0;
}

/** Whether it was wanted and could not be loaded. */
export function lacksRest() {
  return lost;
}

/** Loads it in the middle of a call, which waits: when a function of it is wanted before it has come by itself. */
export function loadRest() {
  try {
    const module = rest.read();
    addRest(module instanceof WebAssembly.Module ? module : new WebAssembly.Module(module));
  } catch (error) {
    // The call cannot go on, and what it has begun stays as it is.
    lost = true;
    words = `the second file of WebAssembly cannot be loaded: ${error?.message ?? error}`;
    throw new WebAssembly.RuntimeError(words);
  }
}
