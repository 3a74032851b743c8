/** Long enough for the clock, short enough that many are not interrupted. */
const BATCH_MS = 2;
/** However short the time: one batch alone may have been interrupted. */
const LEAST_ROUNDS = 20;

function time(work, times) {
  const start = performance.now();
  for (let i = 0; i < times; i++) work();
  return performance.now() - start;
}

/** How often the work is to be done in a batch; by finding that out it gets compiled. */
function batchSize(work) {
  let times = 1;
  const fastest = () => Math.min(time(work, times), time(work, times), time(work, times));
  for (let ms = fastest(); ms < BATCH_MS; ms = fastest()) {
    times = Math.ceil(times * Math.min(10, (1.2 * BATCH_MS) / Math.max(ms, 0.01)));
  }
  return times;
}

/** Microseconds that each of the two takes at best. */
export function measure(own, node, seconds) {
  const sides = [own, node].map((work) => ({ work, times: batchSize(work), best: Infinity }));
  const end = performance.now() + seconds * 1000;
  for (let round = 0; round < LEAST_ROUNDS || performance.now() < end; round++) {
    for (const side of sides) side.best = Math.min(side.best, (time(side.work, side.times) * 1000) / side.times);
  }
  return { own: sides[0].best, node: sides[1].best };
}
