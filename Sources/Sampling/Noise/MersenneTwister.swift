/// MT19937, the random numbers under PyTorch's CPU generator and NumPy's `RandomState`: 32 bits at a time
/// from a state of 624 words.
///
/// Source: Matsumoto and Nishimura, "Mersenne Twister" (1998), with the initialisation of 2002.
struct MersenneTwister {
  private var state: [UInt32]
  private var position: Int

  init(seed: UInt32) {
    state = [seed]
    for i in 1..<UInt32(624) {
      let previous = state[state.endIndex - 1]
      state.append(1_812_433_253 &* (previous ^ previous >> 30) &+ i)
    }
    position = 624
  }

  mutating func next() -> UInt32 {
    if position == 624 { twist() }
    var y = state[position]
    position += 1
    y ^= y >> 11
    y ^= y << 7 & 0x9d2c_5680
    y ^= y << 15 & 0xefc6_0000
    return y ^ y >> 18
  }

  private mutating func twist() {
    for i in 0..<624 {
      let y = state[i] & 0x8000_0000 | state[(i + 1) % 624] & 0x7fff_ffff
      state[i] = state[(i + 397) % 624] ^ y >> 1 ^ (y & 1 == 0 ? 0 : 0x9908_b0df)
    }
    position = 0
  }
}
