// When loading began: the first of all modules.

export const LOADING = performance.now();
