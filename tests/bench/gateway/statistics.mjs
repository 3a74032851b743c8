// Ratios of overheads. A round measures every listener once; what is compared are differences to bare within a round, of which the
// middle half is averaged: one round in which another program ran says nothing.

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean of the middle half. */
export function middleMean(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.slice(cut, sorted.length - cut));
}

/** Repeatable random numbers in [0, 1): the same measurements have the same interval. (mulberry32) */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const RESAMPLES = 4000;

/**
 * { ratio, low, high } of two overheads measured in the same rounds, with the 95% interval (bootstrap over rounds, pairs kept
 * together).
 */
export function ratioOf(overheads, references) {
  const next = random(1);
  const rounds = overheads.length;
  const ratios = [];
  for (let i = 0; i < RESAMPLES; i++) {
    const picked = Array.from({ length: rounds }, () => Math.floor(next() * rounds));
    ratios.push(middleMean(picked.map((j) => overheads[j])) / middleMean(picked.map((j) => references[j])));
  }
  ratios.sort((a, b) => a - b);
  return {
    ratio: middleMean(overheads) / middleMean(references),
    low: ratios[Math.floor(RESAMPLES * 0.025)],
    high: ratios[Math.floor(RESAMPLES * 0.975)],
  };
}
