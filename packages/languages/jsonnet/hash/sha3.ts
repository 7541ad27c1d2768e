const rate = 72;
const rotations = [
  0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14,
].map(BigInt);

/** The constants of the 24 rounds, from the shift register that defines them. */
const roundConstants = makeRoundConstants();

function makeRoundConstants(): bigint[] {
  const constants: bigint[] = [];
  let register = 1;
  for (let round = 0; round < 24; round++) {
    let constant = 0n;
    for (let j = 0; j <= 6; j++) {
      register = ((register << 1) ^ ((register >> 7) * 0x71)) & 0xff;
      if ((register & 2) !== 0) constant |= 1n << BigInt(2 ** j - 1);
    }
    constants.push(constant);
  }
  return constants;
}

function turn(word: bigint, by: bigint): bigint {
  return by === 0n ? word : BigInt.asUintN(64, (word << by) | (word >> (64n - by)));
}

/** SHA3-512 (FIPS 202). */
export function sha3(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((bytes.length + 1) / rate) * rate);
  padded.set(bytes);
  padded[bytes.length] = 0x06;
  padded[padded.length - 1] = (padded[padded.length - 1] ?? 0) | 0x80;
  const view = new DataView(padded.buffer);
  const state: bigint[] = Array.from({ length: 25 }, () => 0n);
  for (let offset = 0; offset < padded.length; offset += rate) {
    for (let i = 0; i < rate / 8; i++) state[i] = (state[i] ?? 0n) ^ view.getBigUint64(offset + i * 8, true);
    permute(state);
  }
  const out = new DataView(new ArrayBuffer(64));
  for (let i = 0; i < 8; i++) out.setBigUint64(i * 8, state[i] ?? 0n, true);
  return new Uint8Array(out.buffer);
}

function permute(state: bigint[]): void {
  const at = (i: number): bigint => state[i] ?? 0n;
  for (const constant of roundConstants) {
    const columns = [0, 1, 2, 3, 4].map((x) => at(x) ^ at(x + 5) ^ at(x + 10) ^ at(x + 15) ^ at(x + 20));
    for (let i = 0; i < 25; i++) {
      const x = i % 5;
      state[i] = at(i) ^ (columns[(x + 4) % 5] ?? 0n) ^ turn(columns[(x + 1) % 5] ?? 0n, 1n);
    }
    const moved: bigint[] = [];
    for (let i = 0; i < 25; i++) {
      const x = i % 5;
      const y = Math.floor(i / 5);
      moved[y + 5 * ((2 * x + 3 * y) % 5)] = turn(at(i), rotations[i] ?? 0n);
    }
    for (let i = 0; i < 25; i++) {
      const row = i - (i % 5);
      const next = BigInt.asUintN(64, ~(moved[row + ((i + 1) % 5)] ?? 0n));
      state[i] = (moved[i] ?? 0n) ^ (next & (moved[row + ((i + 2) % 5)] ?? 0n));
    }
    state[0] = at(0) ^ constant;
  }
}
