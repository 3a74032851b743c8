// Different tokens without a signature of their own each: the host of host.mjs finds every one good, and the filter cannot know.

/** More than a cache of 16 MB holds. */
const FILL = 40_000;
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const DIGITS_USED = 5;

/** Sends `count` tokens; MB of the VM once its cache is full, and at the end. Throws unless each was verified and let through. */
export function passTokens(vm, issuer, count) {
  const token = issuer.token("token");
  const split = token.lastIndexOf(".") + 1;
  const [input, rest] = [token.slice(0, split), token.slice(split + DIGITS_USED)];
  const verified = vm.verifications;
  let filled = 0;
  for (let i = 0; i < count; i++) {
    if (!vm.request(input + counted(i) + rest)) throw new Error(`token ${i} was refused`);
    if (i === Math.min(FILL, count - 1)) filled = vm.megabytes;
  }
  if (vm.verifications - verified !== count) throw new Error("a token was taken for another one");
  return { filled, after: vm.megabytes };
}

/** A number below 2^30 as the first characters of a signature. */
function counted(number) {
  let text = "";
  for (let shift = 0; shift < 6 * DIGITS_USED; shift += 6) text += DIGITS[(number >> shift) & 63];
  return text;
}
