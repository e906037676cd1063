// The one error of the package.

/** Why a call gave nothing: who can mend it, and everything that was found. */
export class BellwetherError extends Error {
  constructor(code, message, diagnostics = []) {
    super(message);
    this.name = "BellwetherError";
    this.code = code;
    this.diagnostics = diagnostics;
  }
}

/** A mistake of the program that calls. */
export function usage(message) {
  return new BellwetherError("usage", message);
}
