import Sampling
import Tensors
import Testing

@Suite struct NoiseGeneratorTests {
  @Test("pytorch draws what torch.randn draws, for counts on both sides of every block and for three draws")
  func pytorch() throws {
    try expect(.pytorch, Golden.load().pytorch, within: 0)
  }

  @Test("numpy draws what RandomState.standard_normal draws, also across draws of odd counts")
  func numpy() throws {
    try expect(.numpy, Golden.load().numpy, within: 0)
  }

  @Test("tensorflow draws what tf.random.normal draws, also at the second and third call and for large seeds")
  func tensorflow() throws {
    struct TensorFlow: Decodable { let tensorflow: [Golden.Noise] }
    let golden: TensorFlow = try Golden.fixture("tensorflow.json")
    // Single precision depends on the system's logarithm; with glibc the difference is zero.
    try expect(.tensorflow, golden.tensorflow, within: 3e-7)
  }

  @Test("tensorflow's seed 12345 begins as the reference says")
  func tensorflowReference() {
    let noise = NoiseGenerator.tensorflow.normals(seed: 12345, draw: 0, height: 64, width: 64, channels: 4)
    expectClose(
      Array(noise.values.prefix(6)), [0.8842466, 0.0784305, 0.1363988, -0.6109575, 1.8525681, -1.1506749],
      within: 3e-7)
  }

  @Test("numpy's seed 12345 ends its first 10000 as the reference says")
  func numpyReference() {
    let noise = NoiseGenerator.numpy.normals(seed: 12345, draw: 0, height: 1, width: 10000, channels: 1)
    expectClose(
      Array(noise.values.suffix(5)), [-0.86285345, 2.15229409, -0.00670556, -1.21472309, 0.65498866],
      within: 1e-7)
  }

  @Test("pytorch-cuda draws what torch.randn was seen to print on graphics cards, also at further calls")
  func pytorchCUDA() {
    // Seed 0, as a card printed it to four digits; then as the comment on AUTOMATIC1111's rng_philox.py has it.
    let first: [Float] = [
      -0.9247, -0.4253, -2.6438, 0.1452, -0.1209, -0.5797, -0.6229, -0.3284, -1.0745, -0.3631, -1.6711,
      2.2655,
      0.3117, -0.1842, 1.2866, 1.1820, -0.1271, 1.2169, 1.4353, 1.0605, -0.4941, -1.4244, -0.7244, -1.2973,
      0.0697, -0.0074, 1.8969, 0.6878, -0.0779, -0.8373, 1.3506, -0.2879, -0.5965, -0.3283, -0.9086, -0.8059,
      -0.7407, -0.0504, 0.5435, 1.5150, 0.0141, 0.4532, 1.6349, 0.7124, -0.1806, 1.0252, -1.4622, -0.7554,
    ]
    let drawn = NoiseGenerator.pytorchCUDA.normals(seed: 0, draw: 0, height: 128, width: 128, channels: 4)
    expectClose(Array(drawn.channelsFirst().values.prefix(48)), first, within: 6e-5)
    let known: [Float] = [
      -0.92466259, -0.42534415, -2.6438457, 0.14518388, -0.12086647, -0.57972564, -0.62285122, -0.32838709,
      -1.07454231, -0.36314407, -1.67105067, 2.26550497,
    ]
    expectClose(Array(drawn.channelsFirst().values.prefix(12)), known, within: 1e-6)

    // Six calls of torch.randn(4) after the seed 42, and one for 19 numbers.
    let calls: [[Float]] = [
      [0.1940, 2.1614, -0.1721, 0.8491], [0.1391, -0.1082, -0.7174, 0.7566],
      [-0.5187, 1.2268, 0.6255, -0.9117],
      [-0.6974, -1.8688, -0.8832, -1.6627], [-1.2682, -0.0383, -0.1029, 1.4400],
      [1.4640, -0.3238, 0.7740, 1.5892],
    ]
    let draws = NoiseGenerator.pytorchCUDA.normals(seed: 42, draws: 0..<6, height: 1, width: 4, channels: 1)
    for (found, expected) in zip(draws, calls) { expectClose(found.values, expected, within: 6e-5) }
    expectClose(
      NoiseGenerator.pytorchCUDA.normals(seed: 42, draw: 0, height: 1, width: 19, channels: 1).values,
      [
        0.1940, 2.1614, -0.1721, 0.8491, -1.9244, 0.6530, -0.6494, -0.8175, 0.5280, -1.2753, -1.6621, -0.3033,
        -0.0926, 0.1992, -1.1204, 1.8577, -0.7145, 0.6881, 0.7968,
      ], within: 6e-5)
  }

  @Test("pytorch-cuda takes all 64 bits of a seed, and its numbers are normally distributed")
  func pytorchCUDASeeds() {
    let draws = [7, 7 + 1 << 32, 8].map {
      NoiseGenerator.pytorchCUDA.normals(seed: $0, draw: 0, height: 64, width: 64, channels: 4).values
    }
    #expect(Set(draws.map { $0[0] }).count == 3)
    for values in draws {
      let mean = values.reduce(0, +) / Float(values.count)
      let variance = values.reduce(0) { $0 + $1 * $1 } / Float(values.count)
      #expect(abs(mean) < 0.03 && abs(variance - 1) < 0.04)
    }
  }

  @Test("several draws at once are those that come one after the other", arguments: NoiseGenerator.allCases)
  func severalDraws(generator: NoiseGenerator) {
    let together = generator.normals(seed: 11, draws: 1..<4, height: 3, width: 5, channels: 1)
    for (index, noise) in together.enumerated() {
      let alone = generator.normals(seed: 11, draw: index + 1, height: 3, width: 5, channels: 1)
      #expect(noise.values == alone.values)
    }
  }

  @Test("pytorch and numpy fill one channel after the other")
  func channelsFirst() throws {
    for (name, expected) in try Golden.load().layouts {
      let generator = try #require(NoiseGenerator(rawValue: name))
      let noise = generator.normals(seed: 7, draw: 0, height: 2, width: 3, channels: 4)
      #expect(noise.shape == [1, 2, 3, 4])
      expectClose(noise.channelsFirst().values, expected, within: 0, name)
    }
  }

  @Test("only numpy limits its seeds, to 32 bits")
  func seeds() {
    #expect(NoiseGenerator.numpy.seeds == 0...4_294_967_295)
    #expect(NoiseGenerator.pytorch.seeds.upperBound == .max)
    #expect(NoiseGenerator.pytorchCUDA.seeds.upperBound == .max)
    #expect(NoiseGenerator.tensorflow.seeds.upperBound == .max)
  }

  private func expect(_ generator: NoiseGenerator, _ cases: [Golden.Noise], within tolerance: Float) throws {
    for golden in cases {
      let seed = try #require(UInt64(golden.seed))
      for (draw, expected) in golden.draws.enumerated() {
        let noise = generator.normals(seed: seed, draw: draw, height: 1, width: golden.count, channels: 1)
        expectClose(
          shortened(noise.values), expected.map(Float.init), within: tolerance,
          "seed \(seed), count \(golden.count), draw \(draw)")
      }
    }
  }

  /// The first and last sixteen numbers, and every 509th between, as the fixture has them.
  private func shortened(_ values: [Float]) -> [Float] {
    guard values.count > 64 else { return values }
    let between = stride(from: 16, to: values.count - 16, by: 509).map { values[$0] }
    return values.prefix(16) + between + values.suffix(16)
  }
}
